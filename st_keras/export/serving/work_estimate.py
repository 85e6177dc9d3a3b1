"""How many values a request makes the server hold, told before anything is computed."""

import math


def values_made(inputs, outputs):
    """Return the number of values in the answer, as the contract of the signatures tells it.

    A horizon makes frames, values of a latent make images, a size makes states. Of signatures that
    know none of these it is the number of values that came.

    Args:
        inputs: dict from names to arrays.
        outputs: dict from names to `TensorSpec`.

    Example:

    >>> import numpy as np
    >>> inputs = {"context": np.zeros((1, 10, 64, 64, 1)), "horizon": np.array(10**9)}
    >>> values_made(inputs, {}) - 10**9 * 64 * 64  # what came, beside the frames
    40961
    """
    came = sum(array.size for array in inputs.values())
    if "batch_size" in inputs:
        numbers = [max(int(inputs[name]), 0) for name in inputs]
        # As if states had the size of frames; with patches they are smaller.
        channels = sum(spec.shape[-1] or 1 for spec in outputs.values() if spec.shape)
        return math.prod(numbers) * max(channels, 1)
    if "values" in inputs and "images" in inputs:
        return came + inputs["values"].size * inputs["images"].size
    if "horizon" in inputs:
        return came + max(int(inputs["horizon"]), 0) * _values_of_a_frame(inputs)
    images = [spec.shape for spec in outputs.values() if spec.shape and None not in spec.shape[1:]]
    batch = max((array.shape[0] for array in inputs.values() if array.ndim), default=1)
    return came + batch * sum(math.prod(shape[1:]) for shape in images)


def _values_of_a_frame(inputs):
    if "context" in inputs:
        context = inputs["context"]
        return context.size // max(context.shape[1], 1) if context.ndim > 1 else context.size
    return inputs["state_prediction"].size if "state_prediction" in inputs else 1
