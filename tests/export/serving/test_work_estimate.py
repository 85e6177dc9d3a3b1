import numpy as np

from st_keras.export.serving.limits import MAX_VALUES
from st_keras.export.serving.signature import TensorSpec
from st_keras.export.serving.work_estimate import counted_values

FRAMES = np.zeros((2, 5, 64, 48, 1), "float32")


def test_a_horizon_makes_frames():
    inputs = {"context": FRAMES, "horizon": np.int32(7)}
    assert counted_values(inputs, {}) == FRAMES.size + 1 + 7 * 2 * 64 * 48
    states = {"state_prediction": np.zeros((2, 32, 32, 4)), "state_h1": np.zeros((2, 2, 3, 9))}
    inputs = {"horizon": np.int32(10**9), **states}
    assert counted_values(inputs, {}) >= 10**9 * 2 * 32 * 32 * 4


def test_a_small_frame_counts_as_the_time_of_its_step():
    one = np.zeros((1, 5, 1, 1, 1), "float32")
    for horizon, passes in ((10**6, False), (100, True)):
        inputs = {"context": one, "horizon": np.int32(horizon)}
        assert counted_values(inputs, {}) == (5 + horizon) * 4096 + 1
        assert (counted_values(inputs, {}) <= MAX_VALUES) == passes
    # As many frames of context, even of none or few pixels.
    for shape in ((1, 10**6, 1, 1, 1), (1, 10**6, 0, 1, 1)):
        context = np.broadcast_to(np.float32(0), shape)
        assert counted_values({"context": context, "horizon": np.int32(1)}, {}) > MAX_VALUES
    state = {"state_prediction": np.zeros((1, 1, 1, 1)), "horizon": np.int32(10**6)}
    assert counted_values(state, {}) > MAX_VALUES
    # A usual request: an hour of radar, 12 frames of 512 x 512 after 12.
    usual = np.broadcast_to(np.float32(0), (1, 12, 512, 512, 1))
    assert counted_values({"context": usual, "horizon": np.int32(12)}, {}) < MAX_VALUES


def test_sizes_make_states():
    outputs = {"state_h1": TensorSpec((None, None, None, 64), "float32")}
    sizes = {name: np.int32(2**31 - 1) for name in ("batch_size", "height", "width")}
    assert counted_values(sizes, outputs) == (2**31 - 1) ** 3 * 64
    sizes["height"] = np.int32(-5)
    assert counted_values(sizes, outputs) == 0  # the model refuses it


def test_images():
    images, values = np.zeros((2, 4, 6, 1)), np.zeros(9)
    inputs = {"images": images, "latent": np.int32(0), "values": values}
    assert counted_values(inputs, {}) == images.size + 1 + values.size + values.size * images.size
    outputs = {"images": TensorSpec((None, 64, 64, 1), "float32")}
    assert counted_values({"codes": np.zeros((3, 10))}, outputs) == 30 + 3 * 64 * 64


def test_strange_inputs_do_not_break_it():
    assert counted_values({}, {}) == 0
    for context in (np.zeros(()), np.zeros((0, 0)), np.zeros((2, 0, 4))):
        assert counted_values({"context": context, "horizon": np.int32(-3)}, {}) >= 0
    assert counted_values({"a": np.zeros(4)}, {"b": TensorSpec(None, "float32")}) == 4
