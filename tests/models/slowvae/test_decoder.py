"""Decoder: sizes, parameters, initialisation."""

import numpy as np
import pytest

from st_keras.models.slowvae.decoder import ConvolutionalDecoder


def built(shape, latent_size=10):
    decoder = ConvolutionalDecoder(shape)
    decoder.build((None, latent_size))
    return decoder


@pytest.mark.parametrize("channels, parameters", [(1, 380_353), (3, 380_353 + 2 * (512 + 1))])
def test_parameters_of_the_reference(channels, parameters):
    assert built((64, 64, channels)).count_params() == parameters


@pytest.mark.parametrize("shape", [(16, 16, 1), (32, 64, 3), (48, 16, 2)])
def test_mirrors_the_encoder(shape):
    assert built(shape, 4)(np.zeros((5, 4), "float32")).shape == (5, *shape)


def test_pytorch_default_initialisation():
    decoder = built((64, 64, 1))
    for layer in decoder.convolutions:
        maps_out = layer.kernel.shape[2]
        bound = 1 / np.sqrt(16 * maps_out)
        for weight in (layer.kernel.numpy(), layer.bias.numpy()):
            assert np.abs(weight).max() <= bound
        # Uniform numbers fill the range evenly: standard deviation bound / sqrt(3).
        kernel = layer.kernel.numpy() / bound
        assert abs(kernel.std() * np.sqrt(3) - 1) < 5 / np.sqrt(kernel.size)
        assert layer.bias.numpy().any()
    hidden = decoder.hidden.kernel.numpy()
    assert abs(hidden.std() / np.sqrt(2 / 10) - 1) < 5 / np.sqrt(2 * hidden.size)
    assert not decoder.hidden.bias.numpy().any()


def test_last_layer_is_linear():
    decoder = built((16, 16, 1), 4)
    codes = np.ones((1, 4), "float32")
    before = decoder(codes)
    decoder.convolutions[-1].bias.assign_add([-10.0])
    np.testing.assert_allclose(decoder(codes), before - 10.0, atol=1e-5)
