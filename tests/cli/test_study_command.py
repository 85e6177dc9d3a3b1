"""`study SUBJECT` finds the study of the subject."""

import pytest

from st_keras.cli import study_command
from st_keras.cli.parser import build_parser


@pytest.mark.parametrize("subject, seeds", [("modes", 3), ("slowvae", 5)])
def test_runs_the_study_of_the_subject(subject, seeds, monkeypatch):
    seen = []
    for name in ("modes", "slowvae"):
        monkeypatch.setattr(
            getattr(study_command, name),
            "run",
            lambda options, name=name: seen.append((name, options)),
        )
    options = build_parser().parse_args(["study", subject])
    study_command.run(options)
    assert seen == [(subject, options)]
    assert options.seeds == seeds
