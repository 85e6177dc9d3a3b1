"""What is in an archive, told without refusing anything: frames, grid, times, values, findings."""

import dataclasses
import functools
import warnings

import numpy as np

from st_keras.datasets.archives.archive import open_archive
from st_keras.datasets.archives.archive_facts import archive_facts, say_time
from st_keras.datasets.archives.archive_scan import scan_archive
from st_keras.datasets.archives.finding import Finding
from st_keras.datasets.archives.frame_units import channel_facts, check_rain
from st_keras.datasets.windows.fill_code import warn_of_fill_code
from st_keras.datasets.windows.frame_scan import check_range
from st_keras.datasets.windows.frame_view import view_frames
from st_keras.datasets.windows.missing_value import missing_codes
from st_keras.datasets.windows.placed_view import PlacedView
from st_keras.datasets.windows.time_steps import TimeSteps, check_ascending, read_times
from st_keras.datasets.windows.window_cutter import WindowCutter
from st_keras.text_table import text_table
from st_keras.validation import InputError, error

WHERE = "inspect"
_NAMED = 5  # places in a line


@dataclasses.dataclass(frozen=True, kw_only=True)
class Inspection:
    """What `inspect_frames` has found.

    Args:
        facts: dict of JSON values.
        findings: list of `Finding`: what is not as it should be.
        frame: float64 (H, W), first channel of the last frame that holds anything; NaN is missing.
        seen: bool (H, W), pixels whose first channel ever holds a value.
        largest: float64 (T,), largest value of each frame, in their order in time; of several
            sequences one after the other. NaN where all is missing.
        times: datetime64 (T,) of these, or None.
        sample: float64, values, sorted.
    """

    facts: dict
    findings: list
    frame: np.ndarray
    seen: np.ndarray
    largest: np.ndarray
    times: np.ndarray | None
    sample: np.ndarray

    def report(self):
        """Return all of it in words and numbers, some lines."""
        facts = self.facts
        units = f" {facts['units']}" if facts["units"] else ""
        rows = [
            ["archive", facts["archive"]],
            ["frames", facts["frames"]],
            ["variable", facts["variable"]],
            ["grid", facts["grid"]],
            ["times", facts["times"]],
            ["windows", facts["windows"]],
            ["missing", facts["missing"]],
            ["values", _say_values(facts["value_range"], units, facts["zero_percent"])],
            *([name, _say_channel(facts["channels"][name])] for name in facts["channels"]),
        ]
        numbers = [["percentile", *facts["percentiles"]]]
        values = facts["percentiles"].values()
        numbers.append([f"value{units}", *("-" if v is None else f"{v:.4g}" for v in values)])
        width = max(9, *(len(name) for name, _ in rows))
        lines = [f"{name:<{width}} {text}" for name, text in rows if text]
        lines += ["", text_table(numbers), f"({facts['sampled']})", ""]
        if not self.findings:
            return "\n".join([*lines, "Nothing found that is not as it should be."])
        table = [["found", "times", "what", ""]]
        for each in self.findings:
            said = "train refuses it" if each.refusal is not None else ""
            table.append([each.kind, str(each.count), each.text, said])
        return "\n".join([*lines, text_table(table, left=(0, 2, 3))])


def inspect_frames(
    spec,
    variable=None,
    reader=None,
    axes=None,
    missing_value=None,
    times=None,
    context_length=10,
    horizon=10,
    scheduler=None,
    bar=None,
    **options,
):
    """Look through an archive, and say what is in it; nothing is refused that can be told.

    Args:
        spec, variable, reader, axes, **options: as of `open_frames`.
        missing_value: as in `FrameReading`. NaN counts as missing.
        times: datetime64, as in `SequenceDataset.from_arrays`, where the archive brings none.
        context_length, horizon: ints, of the windows that are counted. Default 10 and 10.
        scheduler: where values are looked at: None (default), one block after the other;
            "threads", dask on this machine; "tcp://HOST:PORT", a dask cluster.
        bar: function of an iterable and its length that shows progress. Default None.

    Returns:
        `Inspection`.

    Raises:
        ValueError: if nothing can be opened at all, or nothing be read.

    Example:

    >>> import pathlib, tempfile
    >>> rain = np.random.default_rng(0).gamma(0.5, 2.0, (40, 16, 24)).astype("float32")
    >>> rain[:, :, -2:] = np.nan
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(pathlib.Path(folder) / "rain.npy", rain)
    ...     found = inspect_frames(pathlib.Path(folder) / "rain.npy")
    >>> found.facts["windows"]
    '21 of 10 + 10 frames'
    >>> [(each.kind, each.text) for each in found.findings]
    [('columns', '2 of 24 columns never hold a value')]
    """
    bar = bar or (lambda iterable, _: iterable)
    frames, findings = open_archive(WHERE, spec, variable, reader, axes, **options)
    findings += [Finding(kind="note", text=note) for note in frames.notes]
    view = view_frames(WHERE, frames.values, frames.axes)
    codes = missing_codes(WHERE, missing_value, view.dtype, nan_is_missing=True)
    origin = frames.origin
    steps, placed, in_time = _in_time(frames, view, times, findings)
    scan = scan_archive(WHERE, view, codes, origin, scheduler, bar=bar)
    _look_at_damage(frames, view, scan, findings)
    _look_at_values(frames, view, scan, codes, findings)
    empty = scan.frames.wholly_missing()  # damaged ones too
    windows = _windows(view, steps, placed, empty, (context_length, horizon), findings)
    facts = archive_facts(spec, frames, view, scan, codes, steps, in_time, windows)
    largest = np.concatenate([scan.frames.high[n, :t] for n, t in enumerate(view.lengths)])
    shown = None
    if steps is not None and len(steps.times) == 1:
        order = np.argsort(in_time.times[0], kind="stable")
        shown, largest = in_time.times[0][order], largest[order]
    n, t = np.argwhere(~empty)[-1].tolist() if not empty.all() else (0, 0)
    return Inspection(
        facts=facts,
        findings=findings,
        frame=_frame(view, n, t, codes),
        seen=scan.frames.seen[..., 0],
        largest=np.where(np.isfinite(largest), largest, np.nan),
        times=shown,
        sample=scan.sample,
    )


def _in_time(frames, view, times, findings):
    """Return `TimeSteps` of the frames in their order in time, their places, and times as found."""
    try:
        steps = read_times(WHERE, frames.times if times is None else times, view.lengths)
    except InputError as refusal:
        findings.append(Finding.of_refusal("times", refusal))
        steps = None
    if steps is None:
        return None, None, None
    source = frames.source_of if len(frames.sources) else None
    try:
        check_ascending(WHERE, steps, source)
    except InputError as refusal:
        count = sum(int(np.count_nonzero(s < np.timedelta64(0))) for s in steps.steps)
        findings.append(Finding.of_refusal("times", refusal, max(count, 1)))
    order = [np.argsort(each, kind="stable") for each in steps.times]
    kept = [
        _without_repetitions(frames, view, n, steps, order[n], findings) for n in range(len(order))
    ]
    ascending = TimeSteps(tuple(t[k] for t, k in zip(steps.times, kept, strict=True)))
    if ascending.usual is not None:
        _find_gaps(ascending, findings)
    return ascending, kept, steps


def _without_repetitions(frames, view, n, steps, order, findings):
    times = steps.times[n][order]
    again = np.flatnonzero(np.diff(times) == np.timedelta64(0)) + 1
    equal, differing = [], []
    for k in again.tolist():
        try:
            first, second = (view.read(n, int(t), int(t) + 1) for t in order[k - 1 : k + 1])
        except InputError:
            continue  # it is among the damaged ones
        same = np.array_equal(first, second, equal_nan=first.dtype.kind == "f")
        (equal if same else differing).append(k)

    def say(k):
        if len(frames.sources):
            return f"{frames.source_of(int(order[k - 1]))} and {frames.source_of(int(order[k]))}"
        return f"frames {int(order[k - 1])} and {int(order[k])}"

    if equal:
        k = equal[0]
        what = f"the first of {say_time(times[k])}: {say(k)}"
        text = f"equal frames of one time, dropped but for one; {what}"
        findings.append(Finding(kind="repeated frame", text=text, count=len(equal)))
    if differing:
        k = differing[0]
        refusal = error(
            WHERE,
            f"two different frames of {say_time(times[k])}: {say(k)}",
            "one frame for each time",
            "Leave one of them out, or correct its time.",
        )
        findings.append(Finding.of_refusal("two frames", refusal, len(differing)))
    return np.delete(order, again)


def _find_gaps(steps, findings):
    for kind, name, compare in (("gap", "longer", np.greater), ("short step", "shorter", np.less)):
        found = []
        for n, each in enumerate(steps.steps):
            for t in np.flatnonzero(compare(each, steps.usual)).tolist():
                found.append(f"{each[t].astype('m8[s]')} after {say_time(steps.times[n][t])}")
        if found:
            shown = "; ".join(found[:_NAMED]) + ("; ..." if len(found) > _NAMED else "")
            text = f"steps {name} than the usual {steps.say_usual()}: {shown}"
            findings.append(Finding(kind=kind, text=text, count=len(found)))


def _look_at_damage(frames, view, scan, findings):
    if not scan.damaged:
        return
    n, t, said = scan.damaged[0]
    if len(scan.damaged) == sum(view.lengths):
        raise InputError(said)
    place = frames.source_of(t) if len(frames.sources) else f"frame {t} of sequence {n}"
    refusal = error(
        WHERE,
        f"{len(scan.damaged)} frames that cannot be read, the first {place}: "
        + (said.partition("that cannot be read ")[2] or said)
        .partition(" Required: ")[0]
        .strip("()."),
        "an archive that is whole",
        "Copy or write it again, or leave these frames out.",
    )
    findings.append(Finding.of_refusal("damaged frames", refusal, len(scan.damaged)))


def _look_at_values(frames, view, scan, codes, findings):
    spans = [(n, 0, length) for n, length in enumerate(view.lengths)]
    low, high = scan.frames.value_range(spans)
    if scan.bad:
        n, t, y, x, _ = scan.first_bad
        refusal = error(
            WHERE,
            f"{scan.bad} infinite values, the first in frame {t} of sequence {n}, row {y}, "
            f"column {x}",
            "finite numbers",
            "Correct them, or name them: missing_value=inf.",
        )
        findings.append(Finding.of_refusal("infinity", refusal, scan.bad))
    looks = [("values", lambda: check_range(WHERE, low, high, codes))]
    for number in range(view.shape[4]):
        least, most = scan.frames.value_range(spans, number)
        name, units, attributes = channel_facts(frames, number)
        rain = functools.partial(check_rain, WHERE, least, units, name, attributes)
        looks.append(("negative rain", rain))
        if frames.channels and low < high:
            what = f"frames of channel {frames.channels[number]!r}"
            looks.append(
                ("channel", functools.partial(check_range, WHERE, least, most, codes, what))
            )
    for kind, look in looks:
        try:
            look()
        except InputError as refusal:
            findings.append(Finding.of_refusal(kind, refusal))
    if low < high:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            warn_of_fill_code(WHERE, view, scan.frames, codes)
        for warning in said:
            text = str(warning.message).partition(" received frames in which ")[2]
            text = text.partition(", and counts")[0]
            findings.append(Finding(kind="fill code", text=text))
    seen = scan.frames.seen[..., 0]
    for kind, axis in (("columns", 0), ("rows", 1)):
        never = int(np.count_nonzero(~seen.any(axis=axis)))
        if 0 < never < seen.shape[1 - axis]:
            text = f"{never} of {seen.shape[1 - axis]} {kind} never hold a value"
            findings.append(Finding(kind=kind, text=text, count=never))
    whole = [("frames", None)]
    if view.shape[4] > 1:
        whole += [(f"frames of {name}", [c]) for c, name in enumerate(frames.channels or ())]
    counts = {}
    for what, channels in whole:
        empty = scan.frames.wholly_missing(channels)
        count = sum(int(np.count_nonzero(empty[n, :t])) for n, t in enumerate(view.lengths))
        counts[what] = count - len(scan.damaged)
        if counts[what] and (channels is None or counts[what] != counts["frames"]):
            text = f"{what} that hold nothing"
            findings.append(Finding(kind="missing scan", text=text, count=counts[what]))


def _windows(view, steps, placed, empty, window, findings):
    """Count windows as `train` would cut them, without leave for missing scans."""
    length = sum(window)
    unusual, lengths = None, view.lengths
    holes = [empty[n] for n in range(len(lengths))]
    if steps is not None:
        unusual, lengths = steps.unusual, [len(each) for each in placed]
        holes = [empty[n][places] for n, places in enumerate(placed)]
    cut = WindowCutter(length, 1, unusual, holes).cut([(n, 0, t) for n, t in enumerate(lengths)])
    text = f"{len(cut.starts)} of {window[0]} + {window[1]} frames"
    lost = []
    if cut.across_gaps:
        lost.append(f"{cut.across_gaps} across gaps")
    if cut.with_missing:
        lost.append(f"{cut.with_missing} with a missing scan")
    return text + (f"; lost: {', '.join(lost)}" if lost else "")


def _say_values(values, units, zeros):
    if values is None:
        return "none"
    return f"{values[0]:g} to {values[1]:g}{units}, {zeros:.3g} % are 0"


def _say_channel(facts):
    if facts["value_range"] is None:
        return "no value"
    low, high = facts["value_range"]
    units = f" {facts['units']}" if facts["units"] not in (None, "1") else ""
    return f"{low:g} to {high:g}{units}, {facts['missing_percent']:.3g} % missing"


def _frame(view, n, t, codes):
    frame = PlacedView(view, [np.array([t])] * view.shape[0]).read(n, 0, 1)[0, ..., 0]
    values = frame.astype("float64")
    for code in codes:
        values[frame == code] = np.nan
    return values
