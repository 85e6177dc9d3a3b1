"""How the parts of a training step are made and timed that `benchmarks leads` compares."""

import tensorflow as tf

KERNEL, MAP = 5, 16
CALLS = 5  # per round: one alone would time Python


def with_gradient(loss, sources, constants, jit_compile=False):
    """Return a run of `loss(*sources, *constants)` and its gradients for the sources."""

    def run(*arguments):
        sources = arguments[: len(arguments) - len(constants)]
        with tf.GradientTape() as tape:
            tape.watch(sources)
            value = loss(*arguments)
        return [value, *tape.gradient(value, sources)]

    traced = tf.function(run, autograph=False, jit_compile=jit_compile)
    return calls(traced, [*sources, *constants])


def calls(function, arguments):
    """Return a function that makes `CALLS` calls and waits for the last."""

    def run():
        for _ in range(CALLS):
            result = function(*arguments)
        return tf.nest.flatten(result)[0].numpy()

    return run


def conv(x, kernel):
    """Convolve, same-padded."""
    return tf.nn.conv2d(x, kernel, 1, "SAME")


def random_maps(dtype, frames, channels):
    """Return random maps (frames, MAP, MAP, channels)."""
    return tf.cast(tf.random.normal((frames, MAP, MAP, channels), seed=1), dtype)


def random_kernel(dtype, channels, filters, size=KERNEL):
    """Return a random kernel (size, size, channels, filters)."""
    return tf.cast(0.01 * tf.random.normal((size, size, channels, filters), seed=1), dtype)
