"""The report of forecasts: of frames, of rain, and of a `Nowcaster`."""

import numpy as np

from st_keras.cli.pictures import draw_forecast
from st_keras.cli.report.decoupling import draw_decoupling
from st_keras.cli.report.document import Notes, Picture, Report, Section
from st_keras.cli.report.made_how import how_section, training_picture
from st_keras.cli.report.score_tables import ScoreTables
from st_keras.cli.report.written_report import write_report
from st_keras.metrics.shown_scores import name_of
from st_keras.plots import lead_time_curves

# Pictures that an evaluation may have written, with what they are.
_WRITTEN = {
    "Probabilities": {"reliability.png": "Reliability: how often what was forecast came."},
    "Modes": {
        "mode_embedding.png": "t-SNE of the first layer's memories.",
        "slot_maps.png": "Slots of the top layer.",
    },
}


def report_forecasts(settings, model, found, folder):
    """Write the report into the folder of an evaluation.

    Args:
        settings: what `evaluate` was told.
        model: the model that was evaluated.
        found: `Verified`.
        folder: `RunFolder`, which holds the scores and their pictures.
    """
    print("Drawing the report.", flush=True)
    tables = ScoreTables(found.comparison, found.models, found.notes)
    source, protocol = found.source, found.comparison.protocol
    horizon = len(next(iter(next(iter(found.comparison.scores.values()))["leads"].values())))
    height, width, channels = source.image_shape
    frames = (
        f"{found.context_length} -> {horizon} frames of {height} x {width} pixels"
        + (f", {channels} channels" if channels > 1 else "")
        + (f", {source.units}" if source.units else "")
    )
    sections = [
        Section("Scores", _present(tables.means(), tables.at_thresholds(), Notes(tables.notes()))),
        Section("Skill", _present(tables.skills())),
        Section("By lead time", [_curves(tables, folder), tables.leads()]),
        Section("Sequences", _sequences(found, folder)),
    ]
    for title, pictures in _WRITTEN.items():
        parts = [Picture(folder / n, text) for n, text in pictures.items() if (folder / n).exists()]
        sections.append(Section(title, parts))
    sections.append(Section("Memory decoupling", draw_decoupling(model, found, folder)))
    trained = training_picture(settings, folder)
    if trained:
        sections.append(Section("Training", [Picture(trained, "Loss in training.")]))
    more = [
        ("data", source.description),
        ("frames", frames),
        ("protocol", protocol.name),
        ("intervals", "95 %, 1000 resamples of blocks, seed 0"),
    ]
    sections.append(how_section(settings, model, more))
    title = f"{found.models[0]} under {protocol.name}"
    lead = [*tables.sentences(), f"{frames}. {source.description.partition(chr(10))[0]}"]
    write_report(folder, Report(title, lead, [each for each in sections if each.parts]))


def _present(*parts):
    return [part for part in parts if part is not None]


def _curves(tables, folder):
    pictures = []
    for name in tables.names:
        curves = tables.curves(name)
        if not any(np.isfinite(of[name]).any() for of in curves.values()):
            continue
        file = name.replace("@", "_at_").replace("/", "_")
        path = lead_time_curves(folder / "pictures" / f"by_lead_time_{file}.png", curves)
        pictures.append(Picture(path, f"{name_of(name)}, {tables.protocol.name}"))
    return pictures


def _sequences(found, folder):
    parts = []
    for place, window in found.chosen().items():
        context, truth, forecasts = found.parts(window)
        strip, gif = draw_forecast(
            folder / "pictures" / f"{place}.png",
            folder / "pictures" / f"{place}.gif",
            context,
            truth,
            forecasts,
            found.source.value_range,
            found.source.units,
        )
        which = f"{place} sequence by {found.ranked_by} of {found.models[0]} (number {window})"
        text = f"{which[0].upper()}{which[1:]}: context and truth above, forecasts below."
        parts += [Picture(strip, text, wide=True), Picture(gif, f"The {which}, moving.")]
    return parts
