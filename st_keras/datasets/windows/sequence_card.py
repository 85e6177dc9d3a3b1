"""What a dataset of windows is, for a run record and for a reader."""

import math

import numpy as np

from st_keras.datasets.windows.frame_axes import LETTERS, count_of, describe_axes
from st_keras.datasets.windows.missing_value import show_missing_value


def card_of(dataset, frames):
    """Describe a `SequenceDataset` as a dict of JSON values.

    Args:
        dataset: `SequenceDataset`.
        frames: its `CheckedFrames`.

    Returns:
        dict.
    """
    card = {
        "dataset": "SequenceDataset",
        "fingerprint": frames.fingerprint(),
        "split": dataset.name,
        "axes": frames.view.axes,
        "array_shape": list(frames.view.shape),
        "dtype": str(frames.view.dtype),
        "image_shape": list(dataset.image_shape),
        "value_range": list(dataset.value_range),
        "context_length": dataset.context_length,
        "horizon": dataset.horizon,
        "stride": dataset.stride,
        "num_sequences": len(dataset.spans),
        "num_frames": sum(stop - start for _, start, stop in dataset.spans),
        "num_windows": dataset.num_windows,
    }
    if frames.codes:
        lost = frames.scan.count_missing(dataset.spans)
        num_values = card["num_frames"] * math.prod(frames.view.shape[2:])
        card |= {
            "missing": frames.missing,
            "missing_value": show_missing_value(frames.codes),
            "missing_values": lost,
            "missing_percent": 100 * lost / max(num_values, 1),
            "missing_scans": frames.missing_scans,
            "max_missing_scans": frames.max_missing_scans,
            "windows_with_missing": dataset.windows_with_missing,
        }
    if frames.steps is not None:
        card |= {
            "times_fingerprint": frames.steps.fingerprint(),
            "usual_step": frames.steps.say_usual(),
            "span_times": span_times(dataset),
            "repeated_frames": frames.repeated,
            "unusual_steps": frames.steps.count(dataset.spans),
            "windows_across_gaps": dataset.windows_across_gaps,
        }
    if dataset.channels is not None:
        ranges = [frames.scan.value_range(dataset.spans, c) for c in dataset.target_numbers]
        card["target_range"] = [min(low for low, _ in ranges), max(high for _, high in ranges)]
    for name in ("units", "channels", "targets"):
        value = getattr(dataset, name)
        if value is not None:
            card[name] = list(value) if isinstance(value, tuple) else value
    return card


def span_times(dataset):
    """Return first and last time of each span of a dataset, as ISO text; none without times.

    Args:
        dataset: `SequenceDataset`.

    Returns:
        list of [str, str].
    """
    times = dataset.frame_times
    if times is None:
        return []
    return [[str(times[n][a]), str(times[n][b - 1])] for n, a, b in dataset.spans if a < b]


def unseen_spans(dataset, seen):
    """Return the spans of a dataset without the frames of some times.

    Args:
        dataset: `SequenceDataset` with times.
        seen: list of [first, last], times as `span_times` returns them.

    Returns:
        list of `(sequence, start, stop)`.
    """
    found = []
    for n, start, stop in dataset.spans:
        times = dataset.frame_times[n][start:stop]
        free = np.ones(len(times) + 2, bool)
        free[[0, -1]] = False
        for first, last in seen:
            within = (times >= np.datetime64(first)) & (times <= np.datetime64(last))
            free[1:-1] &= ~within
        edges = start + np.flatnonzero(np.diff(free.astype(int)))
        found += [(n, int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return found


def summary_of(card):
    """Describe a dataset in a few lines.

    Args:
        card: dict, what `card_of` returned.

    Returns:
        str.

    Example:
    >>> import numpy as np
    >>> from st_keras.datasets.sequence_dataset import SequenceDataset
    >>> frames = np.arange(5 * 4 * 6).reshape(5, 4, 6)
    >>> print(SequenceDataset.from_arrays(frames, 2, 2, missing_value=119).summary())
    SequenceDataset, split 'all'
      array    1 x 5 x 4 x 6 x 1 (N x T x H x W x C), int64
      axes     read as THW: 1 sequence of 5 frames, 4 x 6 pixels, 1 channel
      part     1 sequence, 5 frames, values 0 to 118
      missing  1 values of 119 (0.833 %), in no window
      windows  1 of 2 + 2 frames, stride 1; left out: 1 with missing values
    """
    shape = " x ".join(str(size) for size in card["array_shape"])
    reading = describe_axes(card["array_shape"], LETTERS)
    low, high = card.get("target_range", card["value_range"])  # units are those of the targets
    lines = [
        f"SequenceDataset, split {card['split']!r}",
        f"  array    {shape} (N x T x H x W x C), {card['dtype']}",
        f"  axes     read as {card['axes']}: {reading}",
        f"  part     {count_of(card['num_sequences'], 'sequence')}, "
        f"{count_of(card['num_frames'], 'frame')}, values {low:g} to {high:g}"
        + (f" {card['units']}" if "units" in card else ""),
    ]
    left_out = []
    if "usual_step" in card:
        steps = ", ".join(f"{count} {name}" for name, count in card["unusual_steps"].items())
        if card["repeated_frames"]:
            steps += f", {card['repeated_frames']} repeated frames dropped"
        lines.append(f"  times    a step of {card['usual_step']}; {steps}")
        left_out.append(f"{card['windows_across_gaps']} across gaps")
    if "missing_value" in card:
        what = "kept as NaN" if card["missing"] == "mask" else "in no window"
        put_in = card["missing_scans"]
        what += f"; {count_of(put_in, 'scan')} put in where none was recorded" if put_in else ""
        lines.append(
            f"  missing  {card['missing_values']} values of {card['missing_value']} "
            f"({card['missing_percent']:.3g} %), {what}"
        )
        held = "scans" if card["missing"] == "mask" else "values"
        left_out.append(f"{card['windows_with_missing']} with missing {held}")
    ending = f"; left out: {', '.join(left_out)}" if left_out else ""
    lines.append(
        f"  windows  {card['num_windows']} of {card['context_length']} + {card['horizon']} "
        f"frames, stride {card['stride']}{ending}"
    )
    return "\n".join(lines)
