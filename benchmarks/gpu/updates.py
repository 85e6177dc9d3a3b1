"""Row: four updates give the same weights on CPU and GPU, and with XLA; so masks are the same."""

import keras
import numpy as np
import tensorflow as tf

from benchmarks.gpu import devices
from st_keras.models import PredRNN
from st_keras.training import Forecaster, ReverseScheduledSampling

UPDATES = 4
TOLERANCE = 1e-5
# With Adam a rounding error of a gradient near zero is a whole step.
LEARNING_RATE = 1.0


def run(arguments, settings):
    """Train three times, and once with other masks, for what these would make of it.

    Args:
        arguments: dict, empty.
        settings: of `benchmarks.gpu.options`.

    Returns:
        Dict of JSON values: "status", "text", "differences": largest of any weight, by pair.
    """
    measured = devices.tensorflow_devices(settings.smoke)[0]
    reference = devices.tensorflow_reference()
    devices.allow_tensor_float("tensorflow", False)
    ours = weights_after(measured)
    compared = {
        "CPU": largest_difference(ours, weights_after(reference)),
        "XLA": largest_difference(ours, weights_after(measured, jit_compile=True)),
    }
    other_masks = largest_difference(ours, weights_after(measured, seed=1))
    if other_masks <= 10 * TOLERANCE:
        raise RuntimeError(f"other masks change the weights by {other_masks:.1e}: nothing is shown")
    found = ", ".join(f"{name} {value:.1e}" for name, value in compared.items())
    return {
        "status": "ok" if max(compared.values()) <= TOLERANCE else "differs",
        "text": f"weights after {UPDATES} updates, from {found} (other masks {other_masks:.1e})",
        "differences": {**compared, "other masks": other_masks},
    }


def weights_after(device, jit_compile=False, seed=0):
    """Return the weights of a tiny PredRNN-V2 after four updates by `fit`.

    Args:
        device: name of a TensorFlow device.
        jit_compile: bool.
        seed: int, of the masks.
    """
    with tf.device(device):
        return trained(jit_compile, seed).get_weights()


def trained(jit_compile=False, seed=0):
    """Return a tiny model after four updates; see `weights_after`."""
    keras.utils.set_random_seed(0)
    frames = np.random.default_rng(0).random((4 * UPDATES, 8, 16, 16, 1), "float32")
    network = PredRNN(filters=(8, 8), kernel_size=3, patch_size=4)
    # In its first quarter, every entry of a mask is the toss of a coin.
    sampling = ReverseScheduledSampling.over(num_batches=10 * UPDATES)
    model = Forecaster(network, context_length=4, sampling=sampling, seed=seed)
    model.build(frames.shape)
    model.set_weights(_weights(model))
    model.compile(keras.optimizers.SGD(LEARNING_RATE), jit_compile=jit_compile)
    model.fit(frames, batch_size=4, shuffle=False, verbose=0)
    return model


def largest_difference(first, second):
    """Return the largest difference of any weight."""
    return max(float(np.abs(a - b).max()) for a, b in zip(first, second, strict=True))


def _weights(model):
    """Weights that are the same on every device: random numbers of a GPU may round otherwise."""
    random = np.random.default_rng(0)
    return [0.1 * random.standard_normal(value.shape).astype("float32") for value in model.weights]
