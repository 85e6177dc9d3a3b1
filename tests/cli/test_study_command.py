"""`study MODEL` finds the study of the model."""

from st_keras.cli import study_command
from st_keras.cli.parser import build_parser


def test_runs_the_study_of_the_model(monkeypatch):
    seen = []
    monkeypatch.setattr(study_command.study, "run", seen.append)
    options = build_parser().parse_args(["study", "slowvae"])
    study_command.run(options)
    assert seen == [options]
    assert (options.seeds, options.data) == (5, "sprites")
