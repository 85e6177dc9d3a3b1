"""`st-keras study`: each subject has work of its own."""

import pytest

from st_keras.cli.grammar import parse


@pytest.mark.parametrize("subject", ["modes", "slowvae"])
def test_the_subject_says_which_study(subject, monkeypatch):
    seen = []
    monkeypatch.setattr(f"st_keras.cli.{subject}.study.study_{subject}", seen.append)
    command, settings, _ = parse(["study", subject])
    command.work(settings)
    assert seen == [settings]
