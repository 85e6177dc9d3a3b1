import numpy as np
import pytest

from st_keras.export.serving.checked_inputs import sent_array, sent_horizon, shape_text
from st_keras.export.serving.signature import TensorSpec

FRAME = TensorSpec((None, None, None, 1), "float32")


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float16", "float32", "float64"])
def test_frames_of_any_numbers(dtype):
    frame = (np.arange(24).reshape(1, 4, 6, 1) % 2).astype(dtype)
    sent = sent_array("f", "frame", frame, FRAME)
    assert sent.dtype == "float32" and sent.flags.c_contiguous
    np.testing.assert_array_equal(sent, frame)


def test_lists_and_scalars():
    assert sent_array("f", "values", [1, 2], TensorSpec((None,), "float32")).tolist() == [1, 2]
    horizon = sent_array("f", "horizon", 5, TensorSpec((), "int32"))
    assert horizon.dtype == "int32" and horizon.shape == ()


def test_transposed_arrays_are_sent_in_their_own_order():
    frame = np.random.default_rng(0).random((6, 4, 1, 1)).astype("float32").T
    sent = sent_array("f", "frame", frame.reshape(1, 1, 4, 6)[..., None][:, 0], FRAME)
    assert sent.flags.c_contiguous


@pytest.mark.parametrize(
    "value, message",
    [
        (
            np.zeros((4, 6, 1)),
            r"frame of shape \(4, 6, 1\)\. Required: shape \(B, H, W, 1\), as the",
        ),
        (np.zeros((1, 4, 6, 3)), r"of shape \(1, 4, 6, 3\).*Add or remove axes"),
        (
            np.zeros((1, 4, 6, 1), complex),
            r"frame of dtype complex128\. Required: an array of bools",
        ),
        (np.array("text"), r"frame of dtype <U4"),
        ([[1], [1, 2]], r"frame that is no array\. Required: .*Pass a NumPy array of numbers"),
        (None, r"frame that is no array"),
        (object(), r"frame that is no array"),
        (
            np.full((1, 2, 2, 1), np.nan),
            r"frame with 4 values that are NaN, infinite or beyond float32",
        ),
        (
            np.full((1, 1, 2, 1), 1e300),
            r"frame with 2 values.*Required: finite numbers\. Fill gaps",
        ),
    ],
)
def test_what_is_refused(value, message):
    with pytest.raises(ValueError, match=rf"f: received .*{message}"):
        sent_array("f", "frame", value, FRAME)


def test_whole_numbers_stay_what_they_are():
    spec = TensorSpec((), "int32")
    for value in (2.5, 2**31, 2**40, np.nan, np.inf):
        with pytest.raises(ValueError, match=r"latent with other values\. Required: int32 values"):
            sent_array("f", "latent", value, spec)


def test_a_dtype_that_cannot_be_sent():
    with pytest.raises(ValueError, match=r"text, whose dtype is none of numbers or bools"):
        sent_array("f", "text", 1, TensorSpec((), "other"))


def test_any_rank():
    sent_array("f", "x", np.zeros((2, 3)), TensorSpec(None, "float32"))
    assert shape_text("x", None) == "of any rank"
    assert shape_text("values", (None,)) == "(K,)"


@pytest.mark.parametrize("horizon", [0, -1, 1.5, "3", None, True])
def test_horizon(horizon):
    with pytest.raises(ValueError, match=r"f: received horizon=.*an int of at least 1"):
        sent_horizon("f", horizon)


def test_horizon_of_an_int32():
    assert sent_horizon("f", np.int64(3)) == 3
    with pytest.raises(
        ValueError, match=r"horizon=2147483648\. Required: at most 2147483647\. Ask"
    ):
        sent_horizon("f", 2**31)
