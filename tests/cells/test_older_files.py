"""Files of version 0.1, which had a kernel for each input of a gate, load and forecast the same.

They were written by version 0.1.0: `Forecaster.save` of tiny networks with random weights, and
beside each what it forecast.
"""

import pathlib

import h5py
import keras
import numpy as np
import pytest

from st_keras.cells import ConvLSTMCell
from st_keras.layers import SpatioTemporalRNN

FILES = pathlib.Path(__file__).parent / "files_0_1"
NETWORKS = sorted(path.stem for path in FILES.glob("*.keras"))
BFLOAT16 = 2e-2  # sums of 16 bits in another order


@pytest.mark.parametrize("name", NETWORKS)
def test_forecasts_are_those_of_then(name, tmp_path):
    model = keras.models.load_model(FILES / f"{name}.keras")
    with np.load(FILES / f"{name}.npz") as known:
        context, expected = known["context"], known["forecast"]
        given = {"actions": known["actions"]} if "actions" in known else {}
    forecasts = getattr(model, "forecast", None)
    tolerance = BFLOAT16 if "bfloat16" in name else 1e-5

    found = model.forecast(context, 2, **given) if forecasts else model(context)
    np.testing.assert_allclose(found, expected, atol=tolerance)
    assert np.abs(expected).max() > 0.01
    model.save(tmp_path / "again.keras")
    again = keras.models.load_model(tmp_path / "again.keras")
    assert again.get_config() == model.get_config()
    for one, other in zip(again.weights, model.weights, strict=True):
        np.testing.assert_array_equal(one, other, err_msg=one.path)


def test_every_kind_is_there():
    assert len(NETWORKS) == 11


def test_the_file_itself_stays_as_it_is():
    path = FILES / "convlstm.keras"
    before = path.read_bytes()
    keras.models.load_model(path)
    assert path.read_bytes() == before


def test_weights_files_too(tmp_path):
    """Also `load_weights`, of a model that is built by hand."""
    cell = ConvLSTMCell(2, 3)
    cell.build((None, 4, 4, 1))
    arrays = {
        "input_conv/vars/0": np.random.default_rng(0).normal(size=(3, 3, 1, 8)),
        "input_conv/vars/1": np.arange(8.0),
        "recurrent_conv/vars/0": np.random.default_rng(1).normal(size=(3, 3, 2, 8)),
    }
    frames = keras.Input((None, 4, 4, 1))
    model = keras.Model(frames, SpatioTemporalRNN(cell)(frames))
    model.save_weights(tmp_path / "now.weights.h5")
    with h5py.File(tmp_path / "now.weights.h5", "a") as file:
        group = file["layers/spatio_temporal_rnn/cell"]
        del group["gates"]
        for name, array in arrays.items():
            group[name] = array.astype("float32")
    model.load_weights(tmp_path / "now.weights.h5")
    kernel, bias = cell.gates.get_weights()
    parts = [arrays[f"{name}/vars/0"] for name in ("input_conv", "recurrent_conv")]
    np.testing.assert_allclose(kernel, np.concatenate(parts, axis=2), rtol=1e-6)
    np.testing.assert_array_equal(bias, np.arange(8))
