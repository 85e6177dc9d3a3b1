import keras
import numpy as np
import pytest

from st_keras.models import ConvLSTM
from st_keras.ops import frames_to_patches, patches_to_frames
from tests.tiny import random_frames


def test_equals_a_stack_of_keras_layers():
    """Teacher forcing, with the layers that Keras has."""
    frames = random_frames(2, 4, 8, 12, 1)
    network = ConvLSTM((3, 5), kernel_size=3, patch_size=2)
    network.build(frames.shape)
    x = frames_to_patches(frames, 2)
    for cell in network.rnn.cell.cell.cells:
        layer = keras.layers.ConvLSTM2D(
            cell.filters,
            3,
            padding="same",
            recurrent_activation="sigmoid",
            return_sequences=True,
        )
        layer.build(x.shape)
        kernel, bias = (weight.numpy() for weight in cell.gates.weights)
        bias[cell.filters : 2 * cell.filters] += 1.0  # our forget bias is a constant beside it
        of_x, of_h = np.split(kernel, [x.shape[-1]], axis=2)
        layer.set_weights([of_x, of_h, bias])
        x = layer(x)
    expected = patches_to_frames(network.rnn.cell.frame_head(x[:, -1])[:, None], 2)
    np.testing.assert_allclose(network(frames)[:, -1:], expected, atol=1e-6)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"filters": ()}, r"ConvLSTM: received filters=\(\)"),
        ({"kernel_size": 2}, r"ConvLSTMCell: received kernel_size=2"),
        ({"patch_size": 0}, r"ConvLSTM: received patch_size=0"),
    ],
)
def test_constructor_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        ConvLSTM(**arguments)
