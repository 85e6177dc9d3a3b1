"""Paths of models, before there is Keras."""

import pytest

from st_keras.cli.model_path import check_model_path


def test_what_may_hold_a_model(tmp_path, trained):
    check_model_path(trained)
    check_model_path(tmp_path)  # maybe a preset
    (tmp_path / "text.keras").write_text("no zip")
    trained.rename(tmp_path / "model.h5")
    for path, reason in (
        (trained, "which is no file"),
        (tmp_path / "text.keras", "which is no Keras file or a damaged one"),
        (tmp_path / "model.h5", "which is no Keras file or a damaged one"),
    ):
        with pytest.raises(ValueError, match=rf"MODEL\.keras: .*{reason}\. Required: a \.keras"):
            check_model_path(path)
