import numpy as np
import pytest

from st_keras.cells.published_layers import convolution, depthwise_convolution


@pytest.mark.parametrize(
    "layer, shape, fan_in",
    [
        (convolution(64, 3, 8), (None, 6, 6, 8), 9 * 8),
        (depthwise_convolution(3), (None, 6, 6, 512), 9),
    ],
    ids=["convolution", "depthwise"],
)
def test_kernel_and_bias_start_as_in_pytorch(layer, shape, fan_in):
    """U(+-1/sqrt(fan_in)), where the fan-in of a depthwise kernel is one channel."""
    layer.build(shape)
    limit = 1 / np.sqrt(fan_in)
    for weight, tolerance in ((layer.kernel, 0.05), (layer.bias, 0.3)):
        values = weight.numpy()
        assert np.abs(values).max() <= limit
        assert values.std() == pytest.approx(limit / np.sqrt(3), rel=tolerance)
