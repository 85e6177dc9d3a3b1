import json
import os

import numpy as np
import pytest
import tensorflow as tf

from st_keras.export import export_saved_model
from st_keras.layers import FrameNormalization
from tests.fresh_process import run_python
from tests.tiny import random_frames, tiny_forecaster, tiny_network
from tests.tiny_actions import tiny_action_forecaster

SERVE = """
import importlib.abc, importlib.machinery, json, sys

class Refuse(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("st_keras", "keras", "tf_keras"):
            return importlib.machinery.ModuleSpec(name, self)

    def exec_module(self, module):
        raise ImportError(module.__name__ + " is blocked")

sys.meta_path.insert(0, Refuse())
import numpy as np, tensorflow as tf

folder = sys.argv[1]
served = tf.saved_model.load(folder + "/1")
assert set(served.signatures) == {"serving_default", "forecast"}, list(served.signatures)
inputs, outputs = np.load(folder + "/inputs.npz"), {}
for name in inputs.files:
    horizon = int(name.split("_")[1])
    for signature in served.signatures:
        call = served.signatures[signature]
        result = call(context=tf.constant(inputs[name]), horizon=tf.constant(horizon))["forecast"]
    outputs[name] = result.numpy()
np.savez(folder + "/outputs.npz", **outputs)
print(json.dumps(sorted(m for m in sys.modules if m.split(".")[0] in ("st_keras", "keras"))))
"""


@pytest.fixture
def model():
    model = tiny_forecaster(normalization=FrameNormalization(10.0, 2.0))
    model.build((None, None, 4, 6, 1))
    return model


def test_serves_any_batch_horizon_and_size_without_this_package(model, tmp_path):
    assert export_saved_model(model, tmp_path / "1") == tmp_path / "1"
    cases = {
        f"{batch}_{horizon}_{length}": random_frames(batch, length, 4, 6, 1) + 10
        for batch in (1, 3)
        for horizon in (1, 7)
        for length in (1, 4)
    }
    cases["2_3_2_of_another_size"] = random_frames(2, 2, 8, 4, 1) + 10
    np.savez(tmp_path / "inputs.npz", **cases)
    assert json.loads(run_python(SERVE, tmp_path).splitlines()[-1]) == []
    served, errors = np.load(tmp_path / "outputs.npz"), []
    for name, context in cases.items():
        horizon = int(name.split("_")[1])
        assert served[name].shape == (len(context), horizon, *context.shape[2:])
        errors.append(np.abs(served[name] - model.forecast(context, horizon)).max())
    print(f"served forecasts within {max(errors):.1e}")
    assert max(errors) < 1e-5


@pytest.mark.parametrize("network", [{"layer_norm": True}, {"dtype": "mixed_bfloat16"}])
def test_other_networks(network, tmp_path):
    model = tiny_forecaster(tiny_network(**network))
    model.build((None, None, 4, 4, 1))
    served = tf.saved_model.load(str(export_saved_model(model, tmp_path / "1")))
    context = random_frames(2, 3, 4, 4, 1)
    result = served.signatures["forecast"](context=context, horizon=tf.constant(2))["forecast"]
    assert result.dtype == tf.float32
    # bfloat16 constants are folded differently.
    tolerance = 1e-3 if "dtype" in network else 1e-5
    np.testing.assert_allclose(result, model.forecast(context, 2), atol=tolerance)


def test_layer_norm_is_served_at_its_own_size(model, tmp_path):
    tied = tiny_forecaster(tiny_network(layer_norm=True))
    tied.build((None, None, 4, 4, 1))
    for each, size in ((model, (None, None)), (tied, (4, 4))):
        served = tf.saved_model.load(str(export_saved_model(each, tmp_path / str(size[0]))))
        specification = served.signatures["forecast"].structured_input_signature[1]["context"]
        assert specification.shape.as_list() == [None, None, *size, 1]


@pytest.mark.parametrize(
    "shape, horizon, message",
    [
        ((1, 2, 4, 6, 1), 0, r"a horizon below 1\. Required: .* at least 1\. Pass horizon=1"),
        ((1, 2, 4, 6, 1), -3, r"a horizon below 1"),
        ((1, 0, 4, 6, 1), 2, r"a number of context frames below 1"),
        ((1, 2, 5, 6, 1), 2, r"height is not divisible by 2.*Crop or pad the height"),
        ((1, 2, 4, 7, 1), 2, r"width is not divisible by 2"),
    ],
)
def test_the_served_function_refuses(model, tmp_path, shape, horizon, message):
    served = tf.saved_model.load(str(export_saved_model(model, tmp_path / "1")))
    for signature in served.signatures.values():
        with pytest.raises(tf.errors.InvalidArgumentError, match=f"forecast: received .*{message}"):
            signature(context=tf.zeros(shape), horizon=tf.constant(horizon))


def test_export_follows_the_weights_at_the_time(model, tmp_path):
    before = model.forecast(random_frames(1, 2, 4, 6, 1), 1)
    for weight in model.trainable_weights:
        weight.assign(weight.value * 2)
    served = tf.saved_model.load(str(export_saved_model(model, tmp_path / "1")))
    context = random_frames(1, 2, 4, 6, 1)
    result = served.signatures["forecast"](context=context, horizon=tf.constant(1))["forecast"]
    np.testing.assert_allclose(result, model.forecast(context, 1), atol=1e-5)
    assert np.abs(result - before).max() > 1e-4


def test_missing_parents_are_made_and_nothing_is_left_beside(model, tmp_path):
    export_saved_model(model, tmp_path / "models" / "nowcast" / "1")
    assert os.listdir(tmp_path / "models" / "nowcast") == ["1"]


def test_a_failed_export_leaves_nothing(model, tmp_path, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr("os.rename", fail)  # the very last step
    with pytest.raises(OSError, match="disk full"):
        export_saved_model(model, tmp_path / "1")
    assert os.listdir(tmp_path) == []


def test_errors(model, tmp_path):
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "precious").write_text("mine")
    with pytest.raises(ValueError, match=r"which exists. Required: a path that does not exist yet"):
        export_saved_model(model, tmp_path / "1")
    assert (tmp_path / "1" / "precious").read_text() == "mine"
    with pytest.raises(ValueError, match=r"a Forecaster that is not built.*model.build"):
        export_saved_model(tiny_forecaster(), tmp_path / "2")
    with pytest.raises(ValueError, match=r"a PredRNN that is not a Forecaster"):
        export_saved_model(tiny_network(), tmp_path / "2")
    told = tiny_action_forecaster()
    told.build((None, None, 4, 8, 1))
    message = (
        r"whose ActionConditionedPredRNN is told actions of 2 numbers.*Use model\.export\(path\)"
    )
    with pytest.raises(ValueError, match=f"export_saved_model: received .*{message}"):
        export_saved_model(told, tmp_path / "2")
    assert not (tmp_path / "2").exists()
