"""A study's folder: new, gone on with, or refused; members are trained once."""

import json
import os

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


def test_a_member_has_its_name_when_it_is_on_the_disk(tmp_path, monkeypatch):
    folder = open_study_folder(tmp_path / "s", SETTINGS)
    synced, sync = set(), os.fsync

    def note(descriptor):
        synced.add(os.fstat(descriptor).st_ino)
        return sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    train_member_once(folder, "a-seed0", lambda: model_of(3.0))
    assert (tmp_path / "s" / "a-seed0.keras").stat().st_ino in synced
    assert sorted(os.listdir(tmp_path / "s")) == ["a-seed0.keras", "study.json"]


@pytest.mark.parametrize("content", ["{", "[1]", "[" * 100_000])
def test_damaged_settings_are_refused(content, tmp_path):
    open_study_folder(tmp_path / "s", SETTINGS)
    (tmp_path / "s" / "study.json").write_text(content)
    with pytest.raises(ValueError, match=r"study\.json', which .*Required: the study\.json"):
        open_study_folder(tmp_path / "s", SETTINGS)


def test_a_damaged_member_is_refused(tmp_path):
    folder = open_study_folder(tmp_path / "s", SETTINGS)
    train_member_once(folder, "a-seed0", lambda: model_of(3.0))
    path = tmp_path / "s" / "a-seed0.keras"
    path.write_bytes(path.read_bytes()[:-99])
    with pytest.raises(
        ValueError, match=r"MODEL\.keras: .*a-seed0\.keras', which is no Keras file"
    ):
        load_member(folder, "a-seed0")
