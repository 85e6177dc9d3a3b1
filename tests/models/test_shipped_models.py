"""Trained models by name: of a checkout, and of an installed wheel."""

import pytest

from st_keras.models import SlowVAE, shipped_models
from st_keras.models.preset_folder import METADATA
from st_keras.models.shipped_models import names_of_shipped_models
from st_keras.training import Forecaster
from tests.architecture.sources import REPOSITORY
from tests.refusals import refused
from tests.tiny import tiny_forecaster, tiny_network


def put_model(folder):
    folder.mkdir(parents=True)
    (folder / METADATA).write_text("{}")


def test_those_of_a_checkout_lie_beside_the_package():
    found = shipped_models.shipped_models()
    assert set(found) >= {"modernn_moving_digits", "predrnn_moving_digits", "slowvae_sprites"}
    assert all(folder == REPOSITORY / "saved_models" / name for name, folder in found.items())


def test_no_name_is_that_of_a_recipe():
    found = set(shipped_models.shipped_models())
    assert found.isdisjoint({*Forecaster.PRESETS, *SlowVAE.PRESETS})


def test_those_of_a_wheel_lie_inside(tmp_path, monkeypatch):
    package = tmp_path / "st_keras"
    package.mkdir()
    monkeypatch.setattr(shipped_models, "_PACKAGE", package)
    assert shipped_models.shipped_models() == {}
    assert names_of_shipped_models() == "none in this installation"
    put_model(tmp_path / "saved_models" / "beside")
    (tmp_path / "saved_models" / "nowcast" / "1").mkdir(parents=True)  # an export
    assert list(shipped_models.shipped_models()) == ["beside"]
    put_model(package / "saved_models" / "inside")
    assert shipped_models.shipped_models() == {"inside": package / "saved_models" / "inside"}


def test_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = Forecaster.from_preset("predrnn_moving_digits")
    assert model.built and model.image_shape == (64, 64, 1)
    refused("which holds a SlowVAE.*ask SlowVAE", Forecaster.from_preset, "slowvae_sprites")
    message = r"and \['seed'\].*stays as it is"
    refused(message, Forecaster.from_preset, "predrnn_moving_digits", seed=3)


@pytest.mark.parametrize("name", ["./predrnn_moving_digits", "saved_models/predrnn_moving_digits"])
def test_a_path_is_no_name(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused("one that comes with the package: modernn_mo", Forecaster.from_preset, name)


def test_a_folder_here_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mine = tiny_forecaster(tiny_network())
    mine.build((None, None, 4, 4, 1))
    mine.save_to_preset("predrnn_moving_digits")
    assert Forecaster.from_preset("predrnn_moving_digits").image_shape == (4, 4, 1)
