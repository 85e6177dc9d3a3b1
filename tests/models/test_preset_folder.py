import json

import h5py
import keras
import numpy as np
import pytest

from st_keras.layers import FrameNormalization
from st_keras.models import ModeRNN, SlowVAE
from st_keras.models.preset_folder import CONFIG, METADATA, WEIGHTS, read_metadata
from st_keras.training import Forecaster, ScheduledSampling
from tests.refusals import refused
from tests.tiny import random_frames, tiny_forecaster, tiny_network


def trained(network=None, **arguments):
    """A forecaster after two batches; uncompiled, for two are quicker than tracing one."""
    model = tiny_forecaster(
        network or tiny_network(), normalization=FrameNormalization.from_range(0, 50), **arguments
    )
    model.compile(optimizer="adam", run_eagerly=True)
    model.fit(50 * random_frames(4, 5, 4, 4, 1), batch_size=2, verbose=0)
    return model


@pytest.fixture(scope="module")
def model():
    """What no test here changes."""
    return trained()


@pytest.mark.parametrize(
    "network", [None, lambda: ModeRNN((4,), num_slots=2, patch_size=1)], ids=["PredRNN", "ModeRNN"]
)
def test_forecasts_alike(network, tmp_path):
    model = trained(network and network(), sampling=ScheduledSampling.over(8))
    folder = model.save_to_preset(tmp_path / "presets" / "nowcast", provenance={"data": "radar"})
    loaded = Forecaster.from_preset(folder)
    context = 50 * random_frames(2, 3, 4, 4, 1)
    np.testing.assert_array_equal(loaded.forecast(context, 4), model.forecast(context, 4))
    assert loaded.get_config()["sampling"] == model.get_config()["sampling"]
    assert sorted(path.name for path in folder.iterdir()) == sorted([CONFIG, METADATA, WEIGHTS])
    metadata = read_metadata("test", folder)
    assert metadata["parameters"] == model.count_params()
    assert metadata["provenance"] == {"data": "radar"}
    assert (metadata["model"], metadata["image_shape"]) == ("Forecaster", [4, 4, 1])

    loaded.compile(optimizer="adam", run_eagerly=True)  # ready for fine-tuning
    loaded.fit(random_frames(2, 5, 4, 4, 1), verbose=0)


def test_half_size_rounds_to_float16_and_keras_reads_the_weights(model, tmp_path):
    folder = model.save_to_preset(tmp_path / "half", weights_dtype="float16")
    loaded = Forecaster.from_preset(str(folder))
    for a, b in zip(model.get_weights(), loaded.get_weights(), strict=True):
        assert b.dtype == a.dtype
        if a.dtype == np.float32:
            np.testing.assert_array_equal(b, a.astype("float16").astype("float32"))
    names = []
    with h5py.File(folder / WEIGHTS) as file:
        file.visititems(lambda name, item: names.append(name))
        assert not any("optimizer" in name for name in names)
    fresh = tiny_forecaster(
        tiny_network(), normalization=FrameNormalization.from_range(0, 50), name="another"
    )
    fresh.build((None, None, 4, 4, 1))
    fresh.load_weights(folder / WEIGHTS)
    np.testing.assert_array_equal(fresh.get_weights()[0], loaded.get_weights()[0])


def test_slowvae(tmp_path):
    model = SlowVAE(latent_size=3, rate=2.0)
    model.build((None, 2, 16, 16, 1))
    loaded = SlowVAE.from_preset(model.save_to_preset(tmp_path / "vae"))
    images = random_frames(2, 16, 16, 1)
    np.testing.assert_array_equal(loaded.encode(images), model.encode(images))
    assert loaded.rate == 2.0
    message = r"Forecaster.from_preset: .*vae', which holds a SlowVAE.*ask SlowVAE for it"
    refused(message, Forecaster.from_preset, tmp_path / "vae")


def test_damaged_folders(model, tmp_path):
    folder = model.save_to_preset(tmp_path / "whole")
    for name, content in ((WEIGHTS, b"other"), (CONFIG, b"{}"), (WEIGHTS, None)):
        before = (folder / name).read_bytes()
        (folder / name).unlink()
        if content is not None:
            (folder / name).write_bytes(content)
        refused(f"whose {name} is missing or not the one .*Copy it", Forecaster.from_preset, folder)
        (folder / name).write_bytes(before)
    metadata = json.loads((folder / METADATA).read_text())
    for changed in (
        *({**metadata, "format": 2}, {"format": 1}, {**metadata, "sha256": {}}, []),
        *({**metadata, "provenance": []}, {"format": 1, "sha256": metadata["sha256"]}),
    ):
        (folder / METADATA).write_text(json.dumps(changed))
        refused(r"no metadata.json of a preset of format 1", Forecaster.from_preset, folder)


def test_a_config_imports_nothing(model, tmp_path, monkeypatch):
    """Also where the hashes are right, as those of an attacker's folder are."""
    folder = model.save_to_preset(tmp_path / "evil")
    config = json.loads((folder / CONFIG).read_text())
    foreign = {"class_name": "geohash", "module": "antigravity", "config": {}}
    evil = {**config, "config": {**config["config"], "sampling": foreign}}
    unknown = {**config, "registered_name": "st_keras>Unknown", "class_name": "Unknown"}
    metadata = json.loads((folder / METADATA).read_text())
    metadata["sha256"] = {CONFIG: "same", WEIGHTS: "same"}
    (folder / METADATA).write_text(json.dumps(metadata))
    monkeypatch.setattr("st_keras.models.preset_folder._sha256", lambda path: "same")
    for content, message in (
        (json.dumps(evil), "geohash of antigravity, which is not registered here"),
        (json.dumps(unknown), r"describes no model that can be built here \(TypeError"),
        ("no JSON", r"describes no model that can be built here \(JSONDecodeError"),
        ("[" * 100_000, r"describes no model that can be built here \(RecursionError"),
        ("[]", "which holds a list"),
    ):
        (folder / CONFIG).write_text(content)
        refused(message, Forecaster.from_preset, folder)


def test_refusals(tmp_path):
    unbuilt = tiny_forecaster(tiny_network())
    with pytest.raises(ValueError, match="save_to_preset: received a Forecaster without weights"):
        unbuilt.save_to_preset(tmp_path / "a")
    model = trained()
    refused("weights_dtype='int8'", model.save_to_preset, tmp_path / "a", weights_dtype="int8")
    with pytest.raises(ValueError, match=r"provenance that is not JSON .*\.tolist"):
        model.save_to_preset(tmp_path / "a", provenance={"scores": np.ones(2)})
    with pytest.raises(ValueError, match=r"provenance that is not JSON \(a str, no dict\)"):
        model.save_to_preset(tmp_path / "a", provenance="run 12")
    model.network.weights[0].assign(keras.ops.full_like(model.network.weights[0], 1e5))
    with pytest.raises(ValueError, match=r"up to 1e\+05.* 6.55e\+04, the largest of float16"):
        model.save_to_preset(tmp_path / "a", weights_dtype="float16")
    assert not (tmp_path / "a").exists()
    model.save_to_preset(tmp_path / "a")
    refused("a', which exists", model.save_to_preset, tmp_path / "a")


@pytest.mark.parametrize("preset", ["no_such", "missing/folder"])
def test_neither_name_nor_folder(preset):
    message = "received preset='.*'. Required: one of .*'predrnn_moving_mnist'.*, or a folder"
    text = refused(message, Forecaster.from_preset, preset)
    names = "modernn_moving_digits, nowcast_60min, predrnn_moving_digits"
    assert f"one that comes with the package: {names}" in text


def test_a_name_that_is_a_folder_too(model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model.save_to_preset("predrnn_smoke")
    with pytest.raises(ValueError, match=r"a name and a folder here.*Write './predrnn_smoke'"):
        Forecaster.from_preset("predrnn_smoke")
    assert Forecaster.from_preset("./predrnn_smoke").built


def test_a_trained_model_takes_no_overrides(model, tmp_path):
    folder = model.save_to_preset(tmp_path / "a")
    refused(r"and \['seed'\].*stays as it is", Forecaster.from_preset, folder, seed=3)
    refused("Required: a folder that save_to_preset wrote, alone", SlowVAE.from_preset, "sprites")
