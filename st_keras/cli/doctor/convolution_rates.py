"""How fast the device convolves in each precision: what the dtype policy should be."""

import statistics
import time

import tensorflow as tf

# A convolution such as PredRNN's, small enough for processors that emulate the precision.
BATCH, SIZE, KERNEL, CHANNELS, FILTERS = 4, 16, 5, 64, 128
FLOPS = 2 * BATCH * SIZE**2 * KERNEL**2 * CHANNELS * FILTERS
ROUNDS = 15
SECONDS = 2.0  # stop then, however few rounds are through
POLICIES = {"bfloat16": "mixed_bfloat16", "float16": "mixed_float16"}
WORTH_IT = 1.15  # times as fast as float32, to be advised


def convolution_rates(dtypes=("float32", "bfloat16"), rounds=ROUNDS):
    """Measure one convolution (5x5, 64 to 128 channels, 16x16, batch 4) in several precisions.

    Args:
        dtypes: names, float32 among them.
        rounds: int. Every round runs each once. Default 15, fewer if they take long.

    Returns:
        dict: "seconds" {dtype: median}, "gflops" {dtype: float}, "times_float32" {dtype: float},
        and "advice", the dtype policy to train with.
    """
    steps = {dtype: _convolution(dtype) for dtype in dtypes}
    seconds = {dtype: [] for dtype in dtypes}
    for step in steps.values():
        step()  # traces, and prepares the kernels
    begin = time.perf_counter()
    for _ in range(rounds):
        for dtype, step in steps.items():
            start = time.perf_counter()
            step()
            seconds[dtype].append(time.perf_counter() - start)
        if time.perf_counter() - begin > SECONDS:
            break
    return summarised({dtype: statistics.median(values) for dtype, values in seconds.items()})


def summarised(seconds):
    """Return what `convolution_rates` does, from {dtype: seconds}.

    Example:

    >>> summarised({"float32": 0.004, "bfloat16": 0.002})["advice"]
    'mixed_bfloat16'
    """
    times = {dtype: seconds["float32"] / value for dtype, value in seconds.items()}
    narrow = {dtype: ratio for dtype, ratio in times.items() if ratio >= WORTH_IT}
    # Of two alike the one without loss scaling.
    best = (
        "bfloat16" if narrow.get("bfloat16", 0) >= 0.9 * max(narrow.values(), default=1) else None
    )
    best = best or max(narrow, key=narrow.get, default="float32")
    return {
        "seconds": seconds,
        "gflops": {dtype: FLOPS / value / 1e9 for dtype, value in seconds.items()},
        "times_float32": times,
        "advice": POLICIES.get(best, "float32"),
    }


def _convolution(dtype):
    x = tf.cast(tf.random.normal((BATCH, SIZE, SIZE, CHANNELS), seed=0), dtype)
    kernel = tf.cast(tf.random.normal((KERNEL, KERNEL, CHANNELS, FILTERS), seed=1), dtype)
    run = tf.function(lambda: tf.nn.conv2d(x, kernel, 1, "SAME"), autograph=False)
    return lambda: run().numpy()
