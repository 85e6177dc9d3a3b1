"""Forms of the loop over time in one training step, taking turns in one process.

    python -m benchmarks loop_forms [--policy mixed_bfloat16] [--batch 4] [--rounds 7]

A form is what `st_keras.layers.training_loop` chooses by the number of steps: how many steps are
one piece, whose kernel gradients are one product, and whether the pieces are unrolled.
"""

import argparse
import os
import time
import unittest.mock

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import keras
import numpy as np
import tensorflow as tf

import st_keras
from st_keras.layers import training_loop

# Name: steps per piece, and up to how many steps the pieces are unrolled.
FORMS = {
    "pieces of 1 in a while loop": (1, 0),
    "pieces of 5 in a while loop": (5, 0),
    "pieces of 5, unrolled": (5, 1000),
    "pieces of 10, unrolled": (10, 1000),
    "one piece, unrolled": (1000, 1000),
}


def main(arguments=None):
    """Measure, and print a table."""
    options = _parser().parse_args(arguments)
    steps, firsts, losses = {}, {}, {}
    for name, form in FORMS.items():
        steps[name] = training_step(options, *form)
        begin = time.perf_counter()
        losses[name] = steps[name]()
        firsts[name] = time.perf_counter() - begin
        print(f"first call: {name}", flush=True)
    seconds = {name: [] for name in FORMS}
    for _ in range(options.rounds):
        for name, step in steps.items():
            begin = time.perf_counter()
            step()
            seconds[name].append(time.perf_counter() - begin)
    print(f"{'form':30}{'least, s':>10}{'median, s':>11}{'first, s':>10}  loss of the first step")
    for name, values in seconds.items():
        figures = f"{min(values):>10.2f}{np.median(values):>11.2f}{firsts[name]:>10.1f}"
        print(f"{name:30}{figures}  {losses[name]:.9f}")
    return 0


def training_step(options, pieces, unrolled_up_to):
    """Return a function that makes one update and returns its loss; traced in one form."""
    keras.utils.set_random_seed(1)
    network = st_keras.models.PredRNN(
        filters=(options.filters,) * options.layers,
        kernel_size=5,
        patch_size=4,
        decoupling=True,
        dtype=options.policy,
    )
    sampling = st_keras.training.ReverseScheduledSampling.over(1000)
    model = st_keras.training.Forecaster(network, options.frames // 2, sampling)
    model.compile(keras.optimizers.Adam(1e-4))
    model.build((None, None, options.size, options.size, 1))
    model.make_train_function()
    shape = (options.batch, options.frames, options.size, options.size, 1)
    frames = tf.constant(np.random.default_rng(0).random(shape, dtype="float32"))

    def step():
        with unittest.mock.patch.multiple(
            training_loop, STEPS_PER_SEGMENT=pieces, UNROLLED_STEPS=unrolled_up_to
        ):
            return float(np.ravel(model.train_function(iter([frames]))["loss"])[0])

    return step


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks loop_forms", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--policy", default="float32", help="default: float32")
    for name, default in (
        ("filters", 64),
        ("layers", 4),
        ("batch", 4),
        ("frames", 20),
        ("size", 64),
        ("rounds", 7),
    ):
        parser.add_argument(f"--{name}", type=int, default=default, help=f"default: {default}")
    return parser


if __name__ == "__main__":
    main()
