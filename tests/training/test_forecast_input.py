import numpy as np
import pytest

from st_keras.training.forecast_input import check_context
from tests.tiny import random_frames, tiny_network


def with_value(value):
    context = random_frames(2, 3, 4, 4, 1)
    context[1, 2, 0, 3, 0] = value
    return context


@pytest.mark.parametrize(
    "context, message",
    [
        (np.zeros((3, 4, 4, 1)), r"rank 4. Required: rank 5, axes \(N, T, H, W, C\)"),
        (np.zeros((0, 3, 4, 4, 1)), r"\(0, 3, 4, 4, 1\), which is empty"),
        (np.zeros((2, 0, 4, 4, 1)), r"which is empty.*Check the slice"),
        (with_value(np.nan), r"1 NaN or infinite values, the first at \(1, 2, 0, 3, 0\)"),
        (with_value(np.inf), r"NaN or infinite values.*nan_to_num"),
        (np.zeros((1, 1, 5, 4, 1)), r"H=5 with patch_size=2"),
        (np.zeros((1, 1, 4, 5, 1)), r"W=5 with patch_size=2"),
        (np.zeros((1, 1, 4, 4, 3)), r"frames with 3 channel\(s\). Required: 1 channel\(s\)"),
        (np.zeros((1, 1, 4, 4, 1), complex), r"dtype complex128.*real numbers"),
        (np.array([[[[["a"]]]]]), r"dtype <U1"),
    ],
)
def test_context_errors(context, message):
    network = tiny_network()
    network.build((None, None, 4, 4, 1))
    with pytest.raises(ValueError, match=f"Forecaster.forecast: received .*{message}"):
        check_context(context, network)


def test_layer_norm_forecasts_one_size():
    network = tiny_network(layer_norm=True)
    network.build((None, None, 4, 6, 1))
    check_context(np.zeros((1, 1, 4, 6, 1)), network)
    for size in ((6, 4), (4, 4), (8, 12)):
        message = (
            rf"size \(H, W\) = \({size[0]}, {size[1]}\) with layer_norm=True. Required: \(4, 6\)"
        )
        with pytest.raises(ValueError, match=f"Forecaster.forecast: received .*{message}"):
            check_context(np.zeros((1, 1, *size, 1)), network)


@pytest.mark.parametrize("dtype", ["float16", "float64", "uint8", "int64", "bool"])
def test_context_of_any_real_type(dtype):
    network = tiny_network()
    network.build((None, None, 4, 4, 1))
    assert check_context(np.ones((1, 1, 4, 4, 1), dtype).tolist(), network).shape == (1, 1, 4, 4, 1)
    assert check_context(np.ones((1, 1, 4, 4, 1), dtype), network).dtype == dtype
