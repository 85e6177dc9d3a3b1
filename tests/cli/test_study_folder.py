"""A study's folder: new, gone on with, or refused; members are trained once."""

import json

import keras
import numpy as np
import pytest

from st_keras.cli.study_folder import load_member, open_study_folder, train_member_once

SETTINGS = {"steps": 2, "models": ["a", "b"]}


def model_of(value):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.set_weights([np.array([[value]]), np.zeros(1)])
    return model


def test_the_same_study_goes_on(tmp_path, capsys):
    open_study_folder(tmp_path / "s", SETTINGS)
    assert json.loads((tmp_path / "s" / "study.json").read_text()) == SETTINGS
    folder = open_study_folder(tmp_path / "s", SETTINGS)
    assert folder.path == tmp_path / "s"
    assert "Going on with the study" in capsys.readouterr().out


@pytest.mark.parametrize("changed", [{"steps": 3, "models": ["a", "b"]}, {"steps": 2}])
def test_another_study_is_refused_and_left_alone(tmp_path, changed):
    open_study_folder(tmp_path / "s", SETTINGS)
    with pytest.raises(ValueError, match=r"a study with another (steps|models)"):
        open_study_folder(tmp_path / "s", changed)
    assert json.loads((tmp_path / "s" / "study.json").read_text()) == SETTINGS


def test_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ValueError, match="nothing is overwritten"):
        open_study_folder(tmp_path, SETTINGS)


def test_the_next_free_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = [open_study_folder(None, SETTINGS).path.name for _ in range(2)]
    assert names == ["st_keras_study", "st_keras_study-2"]


def test_a_member_is_trained_once(tmp_path, capsys):
    folder = open_study_folder(tmp_path / "s", SETTINGS)
    train_member_once(folder, "a-seed0", lambda: model_of(3.0))
    train_member_once(folder, "a-seed0", lambda: model_of(4.0))
    assert float(load_member(folder, "a-seed0").get_weights()[0].item()) == 3.0
    assert "a-seed0: already trained." in capsys.readouterr().out


def test_a_run_that_fails_leaves_no_member(tmp_path):
    folder = open_study_folder(tmp_path / "s", SETTINGS)

    def fail():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_member_once(folder, "a-seed0", fail)
    assert not list((tmp_path / "s").glob("*.keras"))
