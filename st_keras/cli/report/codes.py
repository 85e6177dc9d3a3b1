"""The report of a SlowVAE: scores of its codes, and what its latents draw."""

from st_keras.cli.evaluate.score_files import write_table
from st_keras.cli.report.document import Cell, Notes, Picture, Report, Section, Table
from st_keras.cli.report.made_how import how_section, training_picture
from st_keras.cli.report.written_report import write_report

_PICTURES = {
    "code_factor_matrix.png": "Codes against factors: absolute rank correlation.",
    "active_units.png": "How much each latent says: KL from the prior, in nats.",
    "latent_traversal.png": "What changes when one latent changes.",
    "latent_traversal.gif": "The same, moving.",
    "code_transitions.png": "How far codes move from one frame to the next.",
}


def report_codes(settings, model, evaluation, source, folder):
    """Write the report into the folder of an evaluation.

    Args:
        settings: what `evaluate` was told.
        model: `SlowVAE`.
        evaluation: `st_keras.metrics.disentanglement.Evaluation`.
        source: `PairSource`.
        folder: `RunFolder`, which holds the pictures.
    """
    protocol = evaluation.parameters["protocol"]
    rows = [
        [Cell(name), Cell(f"{score.value:.4f}", float(score.value)), Cell(protocol)]
        for name, score in evaluation.scores.items()
    ]
    table = [(protocol, cells[0].text, repr(cells[1].value)) for cells in rows]
    write_table(folder, ("protocol", "score", "value"), table)
    head = [("score", ""), ("value", f"{protocol}, higher is better"), ("protocol", "")]
    parts = [Table(f"{protocol}: scores of the codes, 1 at best", head, rows)]
    skipped = [f"Skipped {name}: {reason}." for name, reason in evaluation.skipped.items()]
    parts += [Notes(skipped)] if skipped else []
    pictures = [
        Picture(folder / name, text, wide=name != "active_units.png")
        for name, text in _PICTURES.items()
        if (folder / name).exists()
    ]
    trained = training_picture(settings, folder)
    if trained:
        pictures.append(Picture(trained, "Loss in training."))
    factors = ", ".join(source.scored_factors)
    more = [
        ("data", f"{source.name}, factors {factors}"),
        ("protocol", protocol),
        ("samples", ", ".join(f"{k} {v}" for k, v in evaluation.parameters.items())),
    ]
    sections = [
        Section("Scores", parts),
        Section("Pictures", pictures),
        how_section(settings, model, more),
    ]
    lead = [f"Codes of {source.name}, against the factors {factors}, under {protocol}."]
    write_report(folder, Report(f"SlowVAE under {protocol}", lead, sections))
