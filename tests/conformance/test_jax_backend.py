"""ops, cells, layers and models on another Keras backend: what they give under JAX."""

import importlib.util
import inspect
import json

import keras
import numpy as np
import pytest

from st_keras import layers
from tests.fresh_process import run_python
from tests.golden import Golden
from tests.moving_fields import moving

FORWARD = """
import json, sys
import keras, numpy as np
from st_keras import cells, layers, models, ops

assert keras.backend.backend() == "jax"
assert "tensorflow" not in sys.modules
data = np.load(sys.argv[1])
network = models.PredRNN(**json.loads(str(data["arguments"])))
network.build((None, None, *data["frames"].shape[2:]))
network.set_weights([data[f"weight_{k}"] for k in range(len(network.weights))])
predictions, terms = network(data["frames"][:, :-1], data["mask"], return_terms=True)
error = float(np.abs(np.asarray(predictions) - data["predictions"]).max())
inputs = data["frames"][:, :-1]
jitted = network.predict(inputs, verbose=0)
assert np.abs(jitted - np.asarray(network(inputs))).max() < 1e-5
print(json.dumps({"error": error, "terms": {k: float(v) for k, v in terms.items()}}))
"""

COMPUTED = """
import sys
import keras, numpy as np
from st_keras import layers

{function}
assert keras.backend.backend() == "jax"
assert "tensorflow" not in sys.modules
np.savez(sys.argv[2], **computed(np.load(sys.argv[1])))
"""


def computed(rain):
    """Outputs of the computed layers, one after the other, of rain (B, H, W, T)."""
    valid = np.ones_like(rain)
    valid[:, 20:30, 20:30] = 0.0
    motion = layers.SteadyMotion()(rain, valid)
    paths = layers.AdvectionPaths()(motion, steps=2)
    found = layers.BandAutoregression()(rain[..., :3], valid[..., :3], steps=2)
    moved, inside = layers.Warp()(found["mean"][..., None], paths)
    outputs = {**found, "motion": motion, "paths": paths, "moved": moved, "inside": inside}
    return {name: keras.ops.convert_to_numpy(value) for name, value in outputs.items()}


def write_case(path, name):
    """Everything the process needs, without TensorFlow: inputs, weights, the reference's answer."""
    golden = Golden(name)
    frames = golden.frames()
    network = golden.network(frames.shape)
    config = network.get_config()
    names = ("filters", "kernel_size", "patch_size", "layer_norm", "decoupling")
    weights = {f"weight_{k}": w for k, w in enumerate(network.get_weights())}
    np.savez(
        path,
        arguments=json.dumps({n: config[n] for n in names}),
        frames=frames,
        mask=golden.observed_mask(),
        predictions=golden.unpatched("next_frames_patched"),
        **weights,
    )


@pytest.mark.needs_data
@pytest.mark.parametrize("name", ["predrnn_v1_layernorm", "predrnn_v2"])
def test_golden_forward_under_jax(name, tmp_path):
    if importlib.util.find_spec("jax") is None:
        pytest.skip("needs JAX: pip install st_keras[jax]")
    write_case(tmp_path / "case.npz", name)
    result = run_python(FORWARD, tmp_path / "case.npz", KERAS_BACKEND="jax")
    result = json.loads(result.splitlines()[-1])
    print(name, result)
    assert result["error"] <= 1e-5


def test_computed_layers_under_jax(tmp_path):
    if importlib.util.find_spec("jax") is None:
        pytest.skip("needs JAX: pip install st_keras[jax]")
    rain = np.abs(moving((64, 96), (1, -2), steps=4))
    np.save(tmp_path / "rain.npy", rain)
    there = (tmp_path / "rain.npy", tmp_path / "computed.npz")
    code = COMPUTED.format(function=inspect.getsource(computed))
    run_python(code, *there, KERAS_BACKEND="jax")
    with np.load(there[1]) as outputs:
        for name, ours in computed(rain).items():
            np.testing.assert_allclose(outputs[name], ours, rtol=1e-4, atol=1e-4, err_msg=name)
