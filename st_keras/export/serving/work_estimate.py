"""How many values a request counts as, told before anything is computed."""

import math

from st_keras.export.serving.limits import LEAST_OF_A_FRAME


def counted_values(inputs, outputs):
    """Return the number of values of the inputs and of the answer, by the signatures' contract.

    A horizon makes frames, values of a latent make images, a size makes states. Of signatures that
    know none of these it is the number of values that came. A frame, of the context or of the
    horizon, counts as 4096 values at least, since steps follow one another: the number bounds time
    as well as memory. Activations inside of the network are not counted.

    Args:
        inputs: dict from names to arrays.
        outputs: dict from names to `TensorSpec`.

    Example:

    >>> import numpy as np
    >>> inputs = {"context": np.zeros((1, 10, 64, 64, 1)), "horizon": np.array(10**9)}
    >>> counted_values(inputs, {}) - 10**9 * 64 * 64  # what came, beside the frames
    40961
    >>> inputs["context"] = np.zeros((1, 10, 1, 1, 1))
    >>> counted_values(inputs, {}) - 10**9 * 4096
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
        observed, values, came_as_frames = _frames(inputs)
        frames = observed + max(int(inputs["horizon"]), 0)
        return came - came_as_frames + frames * max(values, LEAST_OF_A_FRAME)
    images = [spec.shape for spec in outputs.values() if spec.shape and None not in spec.shape[1:]]
    batch = max((array.shape[0] for array in inputs.values() if array.ndim), default=1)
    return came + batch * sum(math.prod(shape[1:]) for shape in images)


def _frames(inputs):
    """Return how many frames came, the values of one, and of all that came."""
    if "context" in inputs:
        context = inputs["context"]
        steps = context.shape[1] if context.ndim > 1 else 1
        return steps, context.size // max(steps, 1), context.size
    return 0, inputs["state_prediction"].size if "state_prediction" in inputs else 1, 0
