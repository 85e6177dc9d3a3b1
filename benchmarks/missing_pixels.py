"""Whether a network that trains on frames with missing pixels learns the edges of the masks.

    python -m benchmarks missing_pixels [--seeds 4] [--steps 400] [--equal steps]

Fields of blobs are translated, each by a speed of its own. One run trains on whole frames, one on
frames of which each sequence misses a random rectangle: from the same seed, on the same fields,
and for so many more steps that both learn from equally many values; with `--equal steps` for
equally many steps, of which the one with masks then has seen 14 % fewer values.
Compared are their forecasts of new fields, by mean squared differences:

inside     where all that arrives was seen: the area that is valid, less the way of the fastest
           pattern; the one run reads the whole context, the other one with missing pixels
edge       the same at the pixels within 2 of that area's border alone
whole      all pixels, both runs reading whole contexts: what the masks have left in the weights

truth               of the run without masks and of the one with masks: means over the seeds
spread              largest less least of these of the runs without masks: scores are equal where
                    the means differ by no more
between seeds       of two runs without masks: mean and largest
between both        of a run with masks and one without: mean. Pixel by pixel forecasts are equal
                    where this is no more than the largest between seeds, which is much to ask: a
                    network with a validity channel has other weights
"""

import argparse
import itertools
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import keras
import numpy as np
import tensorflow as tf

from st_keras.models import PredRNN
from st_keras.settings import value_types as types
from st_keras.text_table import text_table
from st_keras.training import Forecaster, ScheduledSampling

SIZE, CONTEXT, HORIZON, FASTEST = 32, 4, 3, 1.5
SIDES = (8, 16)  # of the rectangles that are missing, least and largest
VALID = 1 - (sum(SIDES) / 2 / SIZE) ** 2  # of all values, on average
REACH = int(np.ceil(FASTEST * HORIZON)) + 1
BATCH, TESTED = 8, 64
RUNS = ("without masks", "with masks")


def main(argv=None):
    """Train and score; print a table. Returns the exit status."""
    parser = argparse.ArgumentParser("python -m benchmarks missing_pixels", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--seeds", type=types.whole(2), default=4, help="runs of each")
    parser.add_argument("--steps", type=types.whole(1), default=400, help="batches of each")
    parser.add_argument(
        "--equal", choices=("values", "steps"), default="values", help="what both runs have"
    )
    options = parser.parse_args(argv)
    found = measure(options.seeds, options.steps, options.equal)
    head = ("mean squared difference x 1000", *(f"truth, {run}" for run in RUNS))
    rows = [(*head, "spread", "equal", "between seeds", "at most", "between both", "equal")]
    for area, differences in found.items():
        seeds, both = (differences[name] for name in ("seeds", "both"))
        truth = [np.mean(differences[run]) for run in RUNS]
        spread = np.ptp(differences[RUNS[0]])
        scores = (*truth, spread, "yes" if abs(truth[1] - truth[0]) <= spread else "no")
        pixels = (np.mean(seeds), np.max(seeds), np.mean(both))
        equal = "yes" if np.mean(both) <= np.max(seeds) else "no"
        cells = (*scores, *pixels, equal)
        rows.append((area, *(c if isinstance(c, str) else f"{1e3 * c:.2f}" for c in cells)))
    print(text_table(rows))


def measure(seeds, steps, equal="values"):
    """Return {area: {run: [from truth, of each seed], "seeds": [of pairs], "both": [of pairs]}}."""
    frames = fields(np.random.default_rng(10**6), TESTED)
    missing = rectangles(np.random.default_rng(10**6 + 1), TESTED)
    inside = ~widened(missing, REACH)
    areas = {
        "inside": inside,
        "edge": inside & widened(missing, REACH + 2),
        "whole": np.ones_like(inside),
    }
    forecasts = {(area, run): [] for area in areas for run in RUNS}
    longer = round(steps / VALID) if equal == "values" else steps
    for seed in range(seeds):
        for run in RUNS:
            masked = run == "with masks"
            model = trained(seed, longer if masked else steps, masked)
            for area in areas:
                context = frames[:, :CONTEXT]
                if masked and area != "whole":
                    context = with_holes(context, missing)
                forecasts[area, run].append(model.forecast(context, HORIZON)[..., 0])
    found = {}
    for area, chosen in areas.items():

        def apart(one, two, chosen=chosen):
            return float(np.square(one - two).mean(axis=1)[chosen].mean())

        without, masked = (forecasts[area, run] for run in RUNS)
        found[area] = {
            run: [apart(each, frames[:, CONTEXT:, ..., 0]) for each in forecasts[area, run]]
            for run in RUNS
        }
        found[area]["seeds"] = [apart(*pair) for pair in itertools.combinations(without, 2)]
        found[area]["both"] = [apart(*pair) for pair in itertools.product(masked, without)]
    return found


def trained(seed, steps, masked):
    """Return a small forecaster, trained on fields of this seed."""
    keras.utils.set_random_seed(seed)
    network = PredRNN((12, 12), kernel_size=3, patch_size=2, validity_channel=masked)
    model = Forecaster(
        network,
        CONTEXT,
        sampling=ScheduledSampling.over(steps),
        decoupling_weight=0.01,
        missing="mask" if masked else "refuse",
    )
    rate = keras.optimizers.schedules.CosineDecay(0.01, steps)
    model.compile(keras.optimizers.Adam(rate, global_clipnorm=1.0))
    spec = tf.TensorSpec((BATCH, CONTEXT + HORIZON, SIZE, SIZE, 1))
    data = tf.data.Dataset.from_generator(
        lambda: batches(seed, steps, masked), output_signature=spec
    )
    model.fit(data, steps_per_epoch=steps, epochs=1, shuffle=False, verbose=0)
    return model


def batches(seed, steps, masked):
    """Yield batches of fields, the same with masks and without."""
    of_fields, of_masks = (np.random.default_rng([seed, which]) for which in (0, 1))
    for _ in range(steps):
        frames = fields(of_fields, BATCH)
        yield with_holes(frames, rectangles(of_masks, BATCH)) if masked else frames


def fields(rng, count):
    """Return float32 (count, T, H, W, 1) in about [0, 1]: blobs that move through a torus."""
    speed, angle = FASTEST * np.sqrt(rng.random(count)), 2 * np.pi * rng.random(count)
    velocity = np.stack([speed * np.sin(angle), speed * np.cos(angle)], axis=-1)
    starts, widths = rng.random((count, 10, 2)) * SIZE, rng.uniform(1.5, 3.0, (count, 10))
    steps = np.arange(CONTEXT + HORIZON)[None, :, None, None]
    centres = starts[:, None] + steps * velocity[:, None, None]
    pixels = np.arange(SIZE)
    # Distances on the torus along both axes, (count, T, blobs, pixels) each.
    rows, columns = (
        (pixels - centres[..., axis, None] + SIZE / 2) % SIZE - SIZE / 2 for axis in (0, 1)
    )
    width = 2 * widths[:, None, :, None] ** 2
    rows, columns = np.exp(-(rows**2) / width), np.exp(-(columns**2) / width)
    return np.einsum("ntbh,ntbw->nthw", rows, columns)[..., None].astype("float32")


def rectangles(rng, count):
    """Return bool (count, H, W), True within a random rectangle of each."""
    sides, places = rng.integers(SIDES[0], SIDES[1] + 1, (count, 2)), rng.random((count, 2))
    first = np.floor(places * (SIZE - sides + 1)).astype(int)[:, :, None]
    within = (np.arange(SIZE) >= first) & (np.arange(SIZE) < first + sides[:, :, None])
    return within[:, 0, :, None] & within[:, 1, None, :]


def widened(areas, pixels):
    """Return areas (count, H, W) of the torus with all that is within a number of pixels."""
    for axis in (1, 2):
        shifted = [np.roll(areas, by, axis) for by in range(-pixels, pixels + 1)]
        areas = np.any(shifted, axis=0)
    return areas


def with_holes(frames, missing):
    """Return frames (count, T, H, W, 1) with NaN where a sequence misses its pixels."""
    return np.where(missing[:, None, :, :, None], np.float32(np.nan), frames)
