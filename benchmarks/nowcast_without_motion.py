"""PredRNN-V2 as published, without motion, on a fold of `nowcast_folds`: what motion is worth.

    python -m benchmarks nowcast_without_motion --event knmi --minutes 10 --output FOLDER

The same batches, about as many parameters, so many minutes of training: two layers of 36 filters of
3 x 3, patches of 4, squared error and decoupling on the logarithm of rain, reverse scheduled
sampling. Scores beside persistence. Needs the radar files.
"""

import argparse
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import keras
import numpy as np

from benchmarks.nowcast_folds.training_windows import CONTEXT, training_batches
from benchmarks.radar_series import EVENTS, FOLDER, SERIES, SERIES_OF
from benchmarks.result_folder import new_folder, write_results
from st_keras.layers import build_transform
from st_keras.metrics.radar import rain_sums
from st_keras.models import PredRNN
from st_keras.text_table import text_table
from st_keras.training import Forecaster, ReverseScheduledSampling, TimeBudget

FILTERS, KERNEL, PATCH = (36, 36), 3, 4
SCORES = ("csi@0.5", "csi@1", "csi@2", "csi@5", "fss@1/5px", "mae", "ratio")
_HIGHEST = 100.0  # mm/h, of the transform
_MANY = 100_000
_PLANNED = 1_000  # batches, of the sampling and the learning rate


def main(argv=None):
    """Train, score and print. Returns the exit status."""
    parser = argparse.ArgumentParser("python -m benchmarks nowcast_without_motion")
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = __doc__
    parser.add_argument("--event", default="knmi", choices=EVENTS, help="left out; default: knmi")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--batch-size", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data", type=pathlib.Path, default=FOLDER, help="folder of the files")
    parser.add_argument("--output", type=new_folder, help="also write the scores")
    options = parser.parse_args(argv)
    model = train(options)
    rows = [["", *SCORES]]
    found = {"parameters": model.count_params()}
    for name in SERIES_OF[options.event]:
        context, truth = SERIES[name].windows(options.data)
        forecasts = {
            "PredRNN-V2": model.forecast(context.astype("float32"), truth.shape[1]),
            "persistence": np.repeat(context[:, -1:], truth.shape[1], axis=1),
        }
        for method, forecast in forecasts.items():
            mean = rain_sums(truth, forecast, SERIES[name].protocol, "mm/h").scores()["mean"]
            found[f"{name} {method}"] = {score: float(mean[score]) for score in SCORES}
            rows.append([f"{name} {method}", *(f"{mean[score]:.3f}" for score in SCORES)])
    text = text_table(rows, left=(0,))
    print(f"{model.count_params():,} parameters, {options.minutes:g} minutes\n{text}")
    if options.output:
        write_results(options.output, "nowcast_without_motion", found, f"```\n{text}\n```")
    return 0


def train(options):
    """Return the `Forecaster`, trained for the minutes."""
    keras.utils.set_random_seed(options.seed)
    network = PredRNN(FILTERS, kernel_size=KERNEL, patch_size=PATCH)
    model = Forecaster(
        network,
        context_length=CONTEXT,
        sampling=ReverseScheduledSampling.over(_PLANNED),
        decoupling_weight=0.1,
        normalization=build_transform("rain-rate", 0.0, _HIGHEST, units="mm/h"),
        missing="mask",
        pad=True,
        seed=options.seed,
    )
    rate = keras.optimizers.schedules.CosineDecay(1e-3, _PLANNED, alpha=0.1)
    model.compile(keras.optimizers.Adam(rate))
    events = [event for event in EVENTS if event != options.event]
    batches = training_batches(events, options.batch_size, options.seed, folder=options.data)
    model.fit(
        batches,
        steps_per_epoch=_MANY,
        callbacks=[TimeBudget(options.minutes)],
        shuffle=False,
        verbose=2,
    )
    return model


if __name__ == "__main__":
    sys.exit(main())
