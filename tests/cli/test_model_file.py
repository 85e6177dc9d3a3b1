"""Opening what is, and what is not, a trained model."""

import pathlib

import keras
import pytest

from st_keras.cli.model_file import check_frames_fit, load_trained, run_record
from st_keras.models import PredRNN
from st_keras.training import Forecaster
from tests.files.damage import npz_bomb


@pytest.fixture
def forecaster():
    model = Forecaster(PredRNN(filters=(4,), kernel_size=3), context_length=2)
    model.build((None, None, 8, 8, 1))
    return model


def test_loads(tmp_path, forecaster):
    forecaster.save(tmp_path / "model.keras")
    loaded = load_trained(tmp_path / "model.keras")
    assert loaded.image_shape == (8, 8, 1)


def test_refuses_missing_damaged_and_foreign_files(tmp_path, forecaster):
    with pytest.raises(ValueError, match="no file"):
        load_trained(tmp_path / "model.keras")
    (tmp_path / "text.keras").write_text("not a zip")
    with pytest.raises(ValueError, match="no Keras file"):
        load_trained(tmp_path / "text.keras")
    forecaster.save(tmp_path / "whole.keras")
    content = (tmp_path / "whole.keras").read_bytes()
    (tmp_path / "half.keras").write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match="no Keras file or a damaged one"):
        load_trained(tmp_path / "half.keras")
    other = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    other.save(tmp_path / "other.keras")
    with pytest.raises(ValueError, match="holds a Sequential"):
        load_trained(tmp_path / "other.keras")


def test_damaged_inside(tmp_path, forecaster):
    import zipfile

    with zipfile.ZipFile(tmp_path / "empty.keras", "w") as archive:
        archive.writestr("config.json", "{}")
    with pytest.raises(ValueError, match="Keras cannot load"):
        load_trained(tmp_path / "empty.keras")


def test_channels_must_fit(forecaster):
    check_frames_fit(forecaster, (16, 16, 1))
    with pytest.raises(ValueError, match=r"\(16, 16, 3\) \(H, W, C\)\. Required: 1 channel"):
        check_frames_fit(forecaster, (16, 16, 3))


def test_size_must_fit_with_layer_norm():
    model = Forecaster(PredRNN(filters=(4,), kernel_size=3, layer_norm=True), context_length=2)
    model.build((None, None, 8, 12, 1))
    check_frames_fit(model, (8, 12, 1))
    with pytest.raises(ValueError, match=r"Required: 8 x 12 pixels and 1 channel"):
        check_frames_fit(model, (16, 16, 1))


def test_run_record(tmp_path):
    assert run_record(tmp_path / "model.keras") is None
    (tmp_path / "run.json").write_text('{"data": {}}')
    assert run_record(tmp_path / "model.keras") == {"data": {}}
    (tmp_path / "run.json").write_text("not json")
    assert run_record(tmp_path / "model.keras") is None


def test_a_keras_file_that_expands_too_far(tmp_path):
    path = npz_bomb(tmp_path / "model.keras")
    with pytest.raises(ValueError, match=r"MODEL\.keras: .*would unpack to 300\.0 MB"):
        load_trained(path)


FOREIGN = [b"[1]", b"{", b"[" * 100_000, b"7", b"null", b'{"options": 3}', b"\xff\xfe\x00"]


@pytest.mark.parametrize("foreign", FOREIGN, ids=lambda content: repr(content[:16]))
def test_another_programs_run_json(tmp_path, foreign):
    (tmp_path / "run.json").write_bytes(foreign)
    assert run_record(tmp_path / "model.keras") is None


def test_by_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = pathlib.Path("predrnn_moving_digits")
    assert load_trained(name).image_shape == (64, 64, 1)
    assert run_record(name)["options"]["data"] == "digits"
