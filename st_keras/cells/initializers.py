"""How weights start: as PyTorch's layers do, which the published codes rely on."""

import math

import keras

# U(-1/sqrt(fan_in), 1/sqrt(fan_in)): what PyTorch's convolutions and linear layers start from.
PUBLISHED_INITIALIZER = keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")


def fresh_initializer(initializer):
    """Copy a Keras initializer: one and the same object would give each kernel the same draw."""
    return initializer.clone() if isinstance(initializer, keras.Initializer) else initializer


def uniform_initializer(fan_in):
    """Return U(-1/sqrt(fan_in), 1/sqrt(fan_in)), for weights whose shape does not say fan_in."""
    limit = 1 / math.sqrt(fan_in)
    return keras.initializers.RandomUniform(-limit, limit)
