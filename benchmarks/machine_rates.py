"""The largest rate of convolutions and of matrix products that this machine reaches, in FLOP/s.

What the networks' own rates are held against: a few large shapes like theirs, forward, by the
backend that Keras runs on (TensorFlow or JAX), the best of several. Measured in the run that uses
it, since a machine's speed drifts.
"""

import time

import keras
import numpy as np

# (frames, channels in, channels out), 5x5 kernels on 16x16 maps: the input convolutions of PredRNN
# of width 64 and 128, over batch x time at once.
CONVOLUTIONS = ((80, 64, 448), (160, 64, 448), (80, 128, 896))
KERNEL_SIZE, MAP_SIZE = 5, 16
MATRICES = (2048, 4096)
# A device that works while Python goes on is asked for so much before it is waited for.
LEAST_SECONDS = 0.05


def machine_rates(
    dtypes=("float32", "bfloat16"), repeats=3, convolutions=CONVOLUTIONS, matrices=MATRICES
):
    """Measure the rates.

    Args:
        dtypes: names of dtypes. Default: float32 and bfloat16.
        repeats: int, measurements of each shape; the best one counts. Default 3.
        convolutions: tuples (frames, channels in, channels out). Default: `CONVOLUTIONS`.
        matrices: ints, sizes of square matrices. Default: `MATRICES`.

    Returns:
        `{dtype: {"convolution": FLOP/s, "matrix": FLOP/s}}`.
    """
    rates = {}
    for dtype in dtypes:
        shapes = [_convolution(dtype, *shape) for shape in convolutions]
        products = [_matrix_product(dtype, size) for size in matrices]
        rates[dtype] = {
            "convolution": max(_rate(*case, repeats) for case in shapes),
            "matrix": max(_rate(*case, repeats) for case in products),
        }
    return rates


def largest_rates(first, second):
    """Return the larger of two measurements, rate by rate.

    Example:

    >>> largest_rates({"float32": {"matrix": 2.0}}, {"float32": {"matrix": 3.0}})
    {'float32': {'matrix': 3.0}}
    """
    return {
        dtype: {name: max(rate, second[dtype][name]) for name, rate in rates.items()}
        for dtype, rates in first.items()
    }


def dtype_of(policy):
    """Return the dtype in which a Keras policy computes.

    Example:

    >>> dtype_of("mixed_bfloat16")
    'bfloat16'
    """
    return keras.dtype_policies.get(policy).compute_dtype


def _rate(run, flops, repeats):
    run(1)  # compiles
    begin = time.perf_counter()
    run(1)
    calls = max(1, round(LEAST_SECONDS / max(time.perf_counter() - begin, 1e-6)))
    seconds = []
    for _ in range(repeats):
        begin = time.perf_counter()
        run(calls)
        seconds.append((time.perf_counter() - begin) / calls)
    return flops / min(seconds)


def _convolution(dtype, frames, channels, filters):
    """Return a function that runs the convolution so many times, and its FLOPs."""
    images = _random(dtype, frames, MAP_SIZE, MAP_SIZE, channels)
    kernel = _random(dtype, KERNEL_SIZE, KERNEL_SIZE, channels, filters)
    run = _compiled(lambda x, w: keras.ops.conv(x, w, 1, "same"), images, kernel)
    return run, 2.0 * frames * MAP_SIZE**2 * KERNEL_SIZE**2 * channels * filters


def _matrix_product(dtype, size):
    left, right = _random(dtype, size, size), _random(dtype, size, size)
    return _compiled(keras.ops.matmul, left, right), 2.0 * size**3


def _random(dtype, *shape):
    numbers = np.random.default_rng(0).standard_normal(shape, "float32")
    return keras.ops.cast(keras.ops.convert_to_tensor(numbers), dtype)


def _compiled(function, *arguments):
    """Return a function of a number of calls, which waits for the last of them."""
    if keras.backend.backend() == "jax":
        import jax

        traced = jax.jit(function)
    else:
        import tensorflow as tf

        # Python has no part in it, so AutoGraph has nothing to do.
        traced = tf.function(function, autograph=False)

    def run(calls):
        for _ in range(calls):
            result = traced(*arguments)
        # One number, for a device's queue is in order.
        return float(result[(0,) * len(result.shape)])

    return run
