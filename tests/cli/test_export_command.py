"""`st-keras export`: a new folder, or a refusal."""

import types

import h5py
import numpy as np
import pytest
import tensorflow as tf

from st_keras.cli import export_command
from st_keras.export.serving.serving_api import WARM_UP_FILE
from st_keras.models import Nowcaster
from tests.export.signatures.tiny_models import tiny_model

TABLE = ("signature", "forecast", "init_state", "rollout", "serving_default", "step")


def test_exports_once_and_says_what_can_be_asked(trained, run, tmp_path):
    status, out, _ = run("export", trained, "--out", tmp_path / "nowcast" / "1")
    assert status == 0
    assert (tmp_path / "nowcast" / "1" / "saved_model.pb").is_file()
    assert tuple(line.split()[0] for line in out.splitlines() if line[0] != " ")[:6] == TABLE
    assert "context (?, ?, ?, ?, 1) float32" in out
    assert [path.name for path in (tmp_path / "nowcast").iterdir()] == ["1"]

    status, _, err = run("export", trained, "--out", tmp_path / "nowcast" / "1")
    assert status == 2
    assert "nothing is overwritten" in err


def test_bounds(saved, run, tmp_path):
    flags = ("--max-horizon", 2, "--max-batch", 3, "--max-values", 100_000)
    status, out, _ = run("export", saved("predrnn"), "--out", tmp_path / "1", *flags)
    assert status == 0
    assert "in each call: horizon of at most 2, batch of at most 3, at most 100000 values" in out
    ask = tf.saved_model.load(str(tmp_path / "1")).signatures["forecast"]
    context = tf.zeros((1, 2, 4, 6, 1))
    assert ask(context=context, horizon=tf.constant(2))["forecast"].shape == (1, 2, 4, 6, 1)
    for changed in ({"horizon": tf.constant(3)}, {"context": tf.zeros((4, 2, 4, 6, 1))}):
        with pytest.raises(tf.errors.InvalidArgumentError, match="for which the model was export"):
            ask(**{"context": context, "horizon": tf.constant(2), **changed})
    status, _, err = run("export", saved("slowvae"), "--out", tmp_path / "2", *flags)
    assert status == 2 and "max_horizon=2 with a SlowVAE" in err
    assert not (tmp_path / "2").exists()


def requests(folder):
    """How many warm-up requests a version has."""
    return sum(1 for _ in tf.data.TFRecordDataset(str(folder / WARM_UP_FILE)))


@pytest.fixture
def saved(tmp_path):
    """Function that saves a tiny model and returns the path."""

    def save(name):
        path = tmp_path / f"{name}.keras"
        tiny_model(name).save(path)
        return path

    return save


def test_next_versions_with_warm_up(saved, run, tmp_path):
    pytest.importorskip("tensorflow_serving", reason="needs tensorflow-serving-api")
    forecaster, base = saved("predrnn"), tmp_path / "nowcast"
    np.save(tmp_path / "frames.npy", np.random.default_rng(0).random((6, 5, 8, 12)))
    file = ("--warmup", tmp_path / "frames.npy")
    status, out, err = run("export", forecaster, "--out", base, "--next-version", *file)
    assert status == 0, err
    assert f"SavedModel: {base / '1'}" in out
    assert "with one request for each" in out
    status, _, err = run("export", saved("slowvae"), "--out", base, "--next-version", "--warmup")
    assert status == 0, err
    assert [requests(base / version) for version in "12"] == [5, 4]


def test_images_to_warm_up_with(saved, run, tmp_path):
    pytest.importorskip("tensorflow_serving", reason="needs tensorflow-serving-api")
    np.save(tmp_path / "images.npy", np.zeros((3, 2, 16, 32, 1), "uint8"))
    file = ("--warmup", tmp_path / "images.npy")
    status, out, _ = run("export", saved("slowvae"), "--out", tmp_path / "codes" / "1", *file)
    assert status == 0
    assert "traverse" in out
    assert requests(tmp_path / "codes" / "1") == 4


def test_axes_of_what_to_warm_up_with(saved, run, tmp_path):
    np.save(tmp_path / "frames.npy", np.random.default_rng(0).random((6, 8, 12, 5)))
    model = types.SimpleNamespace(context_length=2, network=None)
    first = export_command._first_contexts(model, tmp_path / "frames.npy", "NHWT")
    assert first.shape == (4, 2, 8, 12, 1)
    file = ("--warmup", tmp_path / "frames.npy")
    for model, more in (("predrnn", ()), ("slowvae", file)):
        out = ("--out", tmp_path / "base", "--next-version")
        status, _, err = run("export", saved(model), *out, *more, "--axes", "NHWT")
        assert status == 2
        assert "--axes: received NHWT with" in err and "Required: --warmup FILE" in err


@pytest.mark.parametrize(
    ("shape", "count"), [((3, 2, 16, 32, 1), 4), ((9, 16, 32, 1), 4), ((16, 32, 1), 1)]
)
def test_images_in_hdf5(tmp_path, shape, count):
    with h5py.File(tmp_path / "images.h5", "w") as file:
        file["images"] = np.zeros(shape, "uint8")
    model = types.SimpleNamespace(image_shape=(16, 32, 1))
    images = export_command._first_images(model, tmp_path / "images.h5")
    assert images.shape == (count, 16, 32, 1)


@pytest.mark.parametrize(
    "name, shape, message",
    [
        ("predrnn", (6, 2, 8, 12), "sequences of 2 frames (axes read as NTHW). Required: at lea"),
        ("actions", (6, 3, 8, 12), "for the network ActionConditionedPredRNN, which is told"),
        ("slowvae", (6, 16, 16, 1), "images of shape (4, 16, 16, 1)"),
    ],
)
def test_files_that_do_not_fit(saved, run, tmp_path, name, shape, message):
    pytest.importorskip("tensorflow_serving", reason="needs tensorflow-serving-api")
    np.save(tmp_path / "frames.npy", np.zeros(shape, "float32"))
    file = ("--warmup", tmp_path / "frames.npy")
    status, _, err = run("export", saved(name), "--out", tmp_path / "base" / "1", *file)
    assert status == 2
    assert message in err
    assert not (tmp_path / "base").exists()


def test_next_version_of_a_version(saved, run, tmp_path):
    (tmp_path / "saved_model.pb").write_bytes(b"")
    status, _, err = run("export", saved("slowvae"), "--out", tmp_path, "--next-version")
    assert status == 2
    assert "a SavedModel itself. Required: the folder above the versions" in err


def test_a_nowcaster(run, tmp_path):
    """Loaded and its file read; of what it answers see `tests/export`."""
    model = Nowcaster(residual=None, context_length=3, horizon=2)
    model.build((None, None, 16, 16, 1))
    model.save(tmp_path / "rain.keras")
    np.save(tmp_path / "frames.npy", np.ones((6, 5, 16, 16), "float32"))
    flags = ("--warmup", tmp_path / "frames.npy", "--max-horizon", 3)
    status, _, err = run("export", tmp_path / "rain.keras", "--out", tmp_path / "1", *flags)
    assert status == 2 and "max_horizon=3 with a Nowcaster of horizon=2" in err
