"""Paths of models, before there is Keras."""

import pathlib

import pytest

from st_keras.cli.model_path import check_model_path
from st_keras.models.shipped_models import located_model, shipped_models


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


def test_a_model_that_comes_with_the_package_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = pathlib.Path("predrnn_moving_digits")
    check_model_path(name)
    assert located_model(name) == shipped_models()[name.name]
    name.mkdir()  # what lies here comes first
    assert located_model(name) == name
    with pytest.raises(ValueError, match=r"preset's folder, or a name among modernn_moving_digits"):
        check_model_path(pathlib.Path("predrnn_moving_digit"))
