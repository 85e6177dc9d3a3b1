"""Score forecasts of frames under a protocol: models and baselines in one table, with intervals."""

import shutil
import sys

from st_keras.baselines import make_frame_baseline
from st_keras.cli.evaluate.beside import forecasts_of_models
from st_keras.cli.evaluate.score_files import write_scores_table
from st_keras.cli.evaluate.verified import Verified, best_first
from st_keras.cli.evaluation import write_modes
from st_keras.cli.pictures import draw_scored
from st_keras.metrics.radar.thresholds import check_thresholds
from st_keras.metrics.video import common_pixels, compare_frames, frame_table, scores_table
from st_keras.metrics.video.frame_table import title_of
from st_keras.metrics.video.lpips import check_channels
from st_keras.metrics.video.scores_of_frames import scores_of
from st_keras.validation import error

DEFAULT_BASELINES = ("persistence",)


def check_protocol(protocol, source, lpips=None):
    """Refuse frames that a protocol of frames cannot score.

    Args:
        protocol: `FrameProtocol`.
        source: what is scored, with `image_shape`, `targets` and `value_range`.
        lpips: path of the weights of LPIPS' backbone, or None, the default.

    Raises:
        ValueError: for frames smaller than a window or a square, or outside the protocol's range,
            or for LPIPS of other than 1 or 3 targets.
    """
    where, size = f"--protocol {protocol.name}", source.image_shape[:2]
    if lpips is not None:
        check_channels("--lpips-weights", len(source.targets))
    low, high = source.value_range
    if protocol.value_range is not None:
        black, white = protocol.value_range
        if low < black or high > white:
            raise error(
                where,
                f"frames from {low:g} to {high:g}",
                f"values from {black:g} to {white:g}, in which its thresholds are",
                "Score data in these units, or take another protocol.",
            )
    if protocol.thresholds:
        check_thresholds(where, protocol.thresholds, source.value_range)
    needed = max(protocol.pools) if protocol.thresholds else 1
    for scorer in scores_of(protocol, source.value_range, lpips):
        facts = getattr(getattr(scorer, "metric", None), "facts", {})
        needed = max(needed, facts.get("window", 1))
    if min(size) < needed:
        raise error(
            where,
            f"frames of {size[0]} x {size[1]} pixels",
            f"at least {needed} x {needed}, the largest window or square of its scores",
            "Use larger frames, or another protocol.",
        )


def make_baselines(names):
    """Return {name: baseline} of frames of any kind."""
    return {name: make_frame_baseline(name) for name in names}


def verify_frames(
    models, source, protocol, baselines, count, horizon, batch_size, folder, lpips, remark=""
):
    """Forecast test sequences with models and baselines; print and write scores and pictures.

    Args:
        models: dict, name -> model, what `load_beside` returned; the first is evaluated.
        source: a `DigitSource`, `ModesSource` or `ArraySource`.
        protocol: `FrameProtocol`.
        baselines: what `make_baselines` returned, fitted.
        count: int, at most so many sequences.
        horizon, batch_size: ints.
        folder: `RunFolder`, created.
        lpips: path of the weights of LPIPS' backbone, or None.
        remark: str, what must stand beside the scores. Default: nothing.

    Returns:
        `Verified`.
    """
    first, model = next(iter(models.items()))
    sequences, blocks = source.test_windows(count)
    # Windows of one long sequence are no blocks: each stands for itself, as the table says.
    single = len(set(blocks)) == 1
    print(
        f"\nForecasting {len(sequences)} test sequences, {horizon} frames each: "
        f"{', '.join([*models, *baselines])}.",
        flush=True,
    )

    def forecasts_of(sequences, verbose=0):
        context, truth, forecasts = forecasts_of_models(
            models, sequences, horizon, batch_size, verbose
        )
        for name, baseline in baselines.items():
            forecasts[name] = baseline.forecast(context, horizon, batch_size)
        return context, truth, forecasts

    context, truth, forecasts = forecasts_of(sequences, int(sys.stdout.isatty()))
    known, share = common_pixels(truth, forecasts)
    compared = compare_frames(
        known,
        forecasts,
        source.value_range,
        protocol,
        tuple(baselines),
        blocks=None if single else blocks,
        lpips=lpips,
    )
    print(frame_table(compared))
    height, width, _ = source.image_shape
    low, high = protocol.value_range or source.value_range
    print(
        f"{protocol.name}: {protocol.source}; {source.context_length} -> {horizon} frames of "
        f"{height} x {width} pixels, black {low:g}, white {high:g}; {protocol.split}"
    )
    notes = [remark, protocol.not_as_published(source.context_length, horizon, (height, width))]
    if share < 1:
        notes.append(f"Scored are {share:.1%} of the valid values: those that all methods know.")
    if single and len(sequences) > 1:
        notes.append(
            "All windows are of one sequence or day: where they overlap, intervals are too narrow."
        )
    notes = [note for note in notes if note]
    if notes:
        print("\n".join(notes))
    leads = {
        method: {name: values for name, values in of["leads"].items() if "@" not in name}
        for method, of in compared.scores.items()
    }
    columns = shutil.get_terminal_size((120, 24)).columns
    print(f"\nby lead time, {protocol.name}\n{scores_table(leads, width=columns)}")
    more = {
        "frames": {
            "context_length": source.context_length,
            "horizon": horizon,
            "image_shape": list(source.image_shape),
            "value_range": [low, high],
            "share_scored": share,
        },
        "note": " ".join(filter(None, [*notes, compared.few_blocks()])),
    }
    folder.write_json("scores", "scores.json", {**compared.as_json(), **more})
    write_scores_table(folder, compared)
    shown = (context[0], truth[0], {m: f[0] for m, f in forecasts.items()})
    draw_scored(folder, source, leads, *shown)
    if source.modes:
        write_modes(folder, model, source, sequences, known, forecasts, batch_size)
    ranked = next(iter(compared.how)) if protocol.thresholds else protocol.scores[0][0]
    order = best_first(compared.by_sequence[first][ranked], compared.facts[ranked].better)
    return Verified(
        comparison=compared,
        models=tuple(models),
        windows=sequences,
        ranked_by=title_of(compared, ranked),
        order=order,
        forecasts_of=forecasts_of,
        source=source,
        context_length=source.context_length,
        notes=tuple(notes),
    )
