"""Encoder: sizes, parameters, initialisation."""

import numpy as np
import pytest

from st_keras.models.slowvae.encoder import ConvolutionalEncoder


def built(shape, latent_size=10):
    encoder = ConvolutionalEncoder(latent_size)
    encoder.build((None, *shape))
    return encoder


def test_parameters_of_the_reference():
    assert built((64, 64, 1)).count_params() == 382_932


@pytest.mark.parametrize("shape", [(16, 16, 1), (32, 64, 3), (48, 16, 2)])
def test_sizes_that_16_divides(shape):
    mean, log_var = built(shape, latent_size=4)(np.zeros((5, *shape), "float32"))
    assert mean.shape == log_var.shape == (5, 4)


@pytest.mark.parametrize("shape, axis", [((60, 64, 1), "H=60"), ((64, 72, 1), "W=72")])
def test_other_sizes_are_refused(shape, axis):
    with pytest.raises(ValueError, match=f"{axis} with the reduction=16"):
        built(shape)


def test_kaiming_normal_kernels_and_zero_biases():
    encoder = built((64, 64, 1))
    for layer in (*encoder.convolutions, encoder.moments):
        kernel = layer.kernel.numpy()
        fan_in = np.prod(kernel.shape[:-1])
        # Of n normal numbers: the standard deviation within 5 standard errors; tails not cut off.
        standard = kernel / np.sqrt(2 / fan_in)
        assert abs(standard.std() - 1) < 5 / np.sqrt(2 * kernel.size)
        assert np.abs(standard).max() > 2.5
        assert not layer.bias.numpy().any()


def test_layers_start_differently():
    encoder = built((64, 64, 32))  # two layers of equal shape
    first, second = (layer.kernel.numpy() for layer in encoder.convolutions[:2])
    assert first.shape == second.shape
    assert np.abs(first - second).max() > 0.1
