import numpy as np

from st_keras.export.serving.signature import TensorSpec
from st_keras.export.serving.work_estimate import values_made

FRAMES = np.zeros((2, 5, 4, 6, 1), "float32")


def test_a_horizon_makes_frames():
    inputs = {"context": FRAMES, "horizon": np.int32(7)}
    assert values_made(inputs, {}) == FRAMES.size + 1 + 7 * 2 * 4 * 6
    states = {"state_prediction": np.zeros((2, 2, 3, 4)), "state_h1": np.zeros((2, 2, 3, 9))}
    inputs = {"horizon": np.int32(10**9), **states}
    assert values_made(inputs, {}) >= 10**9 * 2 * 2 * 3 * 4


def test_sizes_make_states():
    outputs = {"state_h1": TensorSpec((None, None, None, 64), "float32")}
    sizes = {name: np.int32(2**31 - 1) for name in ("batch_size", "height", "width")}
    assert values_made(sizes, outputs) == (2**31 - 1) ** 3 * 64
    sizes["height"] = np.int32(-5)
    assert values_made(sizes, outputs) == 0  # the model refuses it


def test_images():
    images, values = np.zeros((2, 4, 6, 1)), np.zeros(9)
    inputs = {"images": images, "latent": np.int32(0), "values": values}
    assert values_made(inputs, {}) == images.size + 1 + values.size + values.size * images.size
    outputs = {"images": TensorSpec((None, 64, 64, 1), "float32")}
    assert values_made({"codes": np.zeros((3, 10))}, outputs) == 30 + 3 * 64 * 64


def test_strange_inputs_do_not_break_it():
    assert values_made({}, {}) == 0
    for context in (np.zeros(()), np.zeros((0, 0)), np.zeros((2, 0, 4))):
        assert values_made({"context": context, "horizon": np.int32(-3)}, {}) >= 0
    assert values_made({"a": np.zeros(4)}, {"b": TensorSpec(None, "float32")}) == 4
