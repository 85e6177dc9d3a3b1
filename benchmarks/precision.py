"""Does training in mixed precision reach the loss of float32? Same network, seeds and data in both.

python -m benchmarks precision [--steps 2000] [--seeds 3] [--policies float32,mixed_bfloat16]
                               [--filters 16,16] [--output FOLDER]

A small PredRNN-V2 learns moving digits (32x32, 5 + 5 frames) with reverse scheduled sampling. A
seed decides initial weights, training sequences and sampling masks, equally under every policy;
all are validated on the same sequences. Prints tables; writes precision.json, .md and .png.
"""

import argparse
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import keras
import numpy as np

from benchmarks.precision_report import WINDOWS, comparisons, markdown, picture
from benchmarks.result_folder import new_folder, write_results
from benchmarks.speed.machine import today
from st_keras.choices import PRECISIONS as POLICIES
from st_keras.cli.doctor.processor import processor
from st_keras.datasets import MovingDigits, load_digit_images
from st_keras.metrics.video import persistence_forecast
from st_keras.models import PredRNN
from st_keras.settings import value_types as types
from st_keras.training import Forecaster, ReverseScheduledSampling
from st_keras.validation import InputError, error

WHERE = "benchmarks precision"
SETTINGS = {
    "kernel_size": 3,
    "patch_size": 4,
    "image_size": 32,
    "context_length": 5,
    "horizon": 5,
    "batch_size": 4,
    "learning_rate": 1e-3,
    "validation_sequences": 256,
}


def main(argv=None):
    """Train, print tables, write files if asked for. Returns the exit status."""
    parser = _parser()
    options = parser.parse_args(argv)
    try:
        if options.policies[0] != "float32":
            raise error(
                WHERE,
                f"--policies {','.join(options.policies)}",
                "float32 first, with which the others are compared",
                "Pass --policies float32,mixed_bfloat16.",
            )
        if options.steps % WINDOWS:
            raise error(
                WHERE,
                f"--steps {options.steps}",
                f"a multiple of {WINDOWS}, the windows of the loss curve",
                f"Pass --steps {options.steps - options.steps % WINDOWS + WINDOWS}.",
            )
        command = " ".join(
            ["python -m benchmarks precision", *(sys.argv[1:] if argv is None else argv)]
        )
        found = {
            "command": command,
            "date": today(),
            "machine": processor(),
            "settings": {"filters": list(options.filters), "steps": options.steps, **SETTINGS},
            **measure(options.policies, options.seeds, options.steps, options.filters),
        }
    except InputError as refusal:
        parser.error(str(refusal))
    print(markdown(found))
    if options.output:
        path, _ = write_results(options.output, "precision", found, markdown(found))
        picture(found, path.with_suffix(".png"))
    return 0


def measure(policies, seeds, steps, filters):
    """Train with every policy and seed.

    Args:
        policies: list of dtype policies, float32 first.
        seeds: int, how many, from 0 on.
        steps: int, batches, a multiple of 20.
        filters: tuple of ints.

    Returns:
        dict of JSON values: "persistence" (MSE per pixel of repeating the last context frame),
        "runs" (one dict per policy and seed, from `train`) and "comparisons".

    Raises:
        ValueError: for filters that the network refuses, or a loss that is not finite.
    """
    count, context_length = SETTINGS["validation_sequences"], SETTINGS["context_length"]
    validation = digits("validation", seed=0).sequences(0, count)
    context, future = np.split(validation, [context_length], axis=1)
    runs = []
    for seed in range(seeds):  # policies in turns: what slows a machine down slows both
        for policy in policies:
            runs.append(train(policy, seed, steps, filters, context, future))
            keras.backend.clear_session()
    return {
        "persistence": mse(persistence_forecast(context, SETTINGS["horizon"]), future),
        "runs": runs,
        "comparisons": comparisons(runs),
    }


def train(policy, seed, steps, filters, context, future):
    """Train one model, then forecast the validation sequences from their context alone.

    Args:
        policy: dtype policy.
        seed: int of at least 0.
        steps: int, batches.
        filters: tuple of ints.
        context, future: arrays (N, T, H, W, 1).

    Returns:
        dict: "policy", "seed", "seconds", "curve" (training loss, means of `steps / 20` batches),
        and "last_window" (its last), "validation" (MSE per pixel of the forecast as the policy
        computes it) and "validation_float32" (of the same weights in a float32 network).
    """
    model = forecaster(policy, seed, steps, filters)
    losses = LossWindows(f"{policy}, seed {seed}")
    begin = time.perf_counter()
    model.fit(
        digits("train", seed).as_dataset(SETTINGS["batch_size"]),
        steps_per_epoch=steps // WINDOWS,
        epochs=WINDOWS,
        shuffle=False,
        verbose=0,
        callbacks=[losses],
    )
    seconds = time.perf_counter() - begin
    horizon = SETTINGS["horizon"]
    validation = validation_float32 = mse(model.forecast(context, horizon), future)
    if policy != "float32":
        plain = forecaster("float32", seed, steps, filters)
        plain.network.set_weights(model.network.get_weights())
        validation_float32 = mse(plain.forecast(context, horizon), future)
    return {
        "policy": policy,
        "seed": seed,
        "seconds": seconds,
        "curve": losses.means,
        "last_window": losses.means[-1],
        "validation": validation,
        "validation_float32": validation_float32,
    }


def forecaster(policy, seed, steps, filters):
    """Return a model, built and compiled; the initial weights depend on the seed alone."""
    keras.utils.set_random_seed(seed)
    size, context_length = SETTINGS["image_size"], SETTINGS["context_length"]
    model = Forecaster(
        PredRNN(filters, SETTINGS["kernel_size"], SETTINGS["patch_size"], dtype=policy),
        context_length=context_length,
        sampling=ReverseScheduledSampling.over(steps),
        seed=seed,
    )
    model.compile(keras.optimizers.Adam(SETTINGS["learning_rate"]))
    model.build((None, context_length + SETTINGS["horizon"], size, size, 1))
    return model


def digits(split, seed):
    """Return moving digits of half the usual size; needs no download."""
    images, _ = load_digit_images("sklearn", "train")
    count, height, width = images.shape
    halves = images.reshape(count, height // 2, 2, width // 2, 2).mean((2, 4))
    return MovingDigits(
        np.rint(halves).astype("uint8"),
        split=split,
        image_size=SETTINGS["image_size"],
        num_frames=SETTINGS["context_length"] + SETTINGS["horizon"],
        seed=seed,
    )


def mse(forecast, future):
    """Return the mean squared error per pixel as a float, summed in float64."""
    return float(np.mean(np.square(np.asarray(forecast, "float64") - future)))


class LossWindows(keras.callbacks.Callback):
    """Collect the mean loss of every epoch of `fit`, and tell each on the error stream.

    Args:
        name: str, of the run.

    Attributes:
        means: list of floats.

    Raises:
        ValueError: in `fit`, for a loss that is not finite.
    """

    def __init__(self, name):
        super().__init__()
        self.name = name
        self.means = []

    def on_epoch_end(self, epoch, logs=None):
        """Keep the mean of the epoch, which Keras gives."""
        loss = float(logs["loss"])
        if not np.isfinite(loss):
            raise error(
                WHERE,
                f"a loss of {loss} in window {epoch + 1} of {WINDOWS} ({self.name})",
                "finite losses",
                "This policy diverges here: leave it out, or use other --filters.",
            )
        self.means.append(loss)
        done = f"window {epoch + 1} of {WINDOWS}"
        print(f"{self.name}: {done}, loss {loss:.5f}", file=sys.stderr, flush=True)


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks precision", description=__doc__.splitlines()[0]
    )
    add = parser.add_argument
    add("--steps", type=types.whole(WINDOWS), default=2000, help="batches (default: 2000)")
    add("--seeds", type=types.whole(1), default=3, help="how many (default: 3)")
    add(
        "--policies",
        type=types.names_among(POLICIES),
        default=["float32", "mixed_bfloat16"],
        help="float32 first (default: float32,mixed_bfloat16)",
    )
    add("--filters", type=types.whole_numbers, default=(16, 16), help="default: 16,16")
    add("--output", type=new_folder, metavar="FOLDER", help="new, for precision.json, .md and .png")
    return parser


if __name__ == "__main__":
    sys.exit(main())
