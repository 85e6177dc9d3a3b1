"""The study of SlowVAE and beta-VAE on the same data: several seeds, intervals."""

import math
import sys

import keras
import numpy as np

from st_keras.cli.run_folder import typed, versions
from st_keras.cli.run_record import options_of
from st_keras.cli.slowvae.pair_data import open_pairs
from st_keras.cli.study_folder import load_member, open_study_folder, train_member_once
from st_keras.metrics.disentanglement import evaluate
from st_keras.models import SlowVAE
from st_keras.plots import score_intervals
from st_keras.plots.seed_intervals import mean_interval
from st_keras.text_table import text_table

# The settings that the authors of SlowVAE selected for each method.
METHODS = {
    "slowvae": {"beta": 1.0, "gamma": 10.0, "rate": 6.0},
    "beta-vae": {"beta": 8.0, "gamma": 0.0},
}
STEPS_PER_REPORT = 500
STEPS_PER_EXECUTION = 25
# What makes two studies the same one.
SETTINGS = ("data", "transition", "transition_rate", "max_delta_t", "steps", "batch_size")


def study_slowvae(asked):
    """Train and score every method and seed that is not there yet; print table and intervals.

    Args:
        asked: what `study slowvae` was told.
    """
    source, fit, told = open_pairs(asked.data, asked.pairs), asked.fit, options_of(asked)
    folder = open_study_folder(asked.out, {name: told[name] for name in SETTINGS})
    protocol = asked.protocol or "quick"
    results = {}
    for seed in range(fit.seed, fit.seed + asked.seeds):
        for method in METHODS:
            model = _member(source, method, seed, fit, folder)
            print(f"Scoring {method}, seed {seed} ({protocol}).", flush=True)
            evaluation = evaluate(model, source, protocol=protocol, progress=sys.stderr.isatty())
            for name, score in evaluation.scores.items():
                results.setdefault(method, {}).setdefault(name, []).append(float(score))
    print(f"\n{study_table(results)}")
    content = {"versions": versions(), "command": typed(asked)}
    content |= {"protocol": protocol, "scores": results}
    folder.write_json("scores", "scores.json", {**content, "methods": METHODS})
    folder.note("score intervals", score_intervals(folder / "score_intervals.png", results))
    print(f"\nWritten:\n{folder.report()}")


def study_table(results, confidence=0.95):
    """Return means and their intervals per score and method, and the difference, as text.

    Intervals are those of Student's t distribution over seeds, for the difference Welch's. One
    seed has none.

    Args:
        results: dict, method -> dict, score name -> list of numbers, one per seed. Two methods.
        confidence: float. Default 0.95.

    Example:
    >>> print(study_table({"slowvae": {"mcc": [0.6, 0.7]}, "beta-vae": {"mcc": [0.5, 0.4]}}))
    score         slowvae       beta-vae      difference  overlap
    mcc    0.650 +- 0.635  0.450 +- 0.635  0.200 +- 0.304  yes
    """
    first, second = results
    rows = [["score", first, second, "difference", "overlap"]]
    for name in results[first]:
        values = [results[method][name] for method in (first, second)]
        intervals = [mean_interval(v, confidence) for v in values]
        difference = _difference(*values, confidence)
        cells = [_plus_minus(interval) for interval in (*intervals, difference)]
        rows.append([name, *cells, _overlap(*intervals)])
    return text_table(rows, left=(0, len(rows[0]) - 1))


def _difference(first, second, confidence):
    """Return the difference of two means and the half width of its Welch interval."""
    from scipy.stats import t

    mean = float(np.mean(first) - np.mean(second))
    if min(len(first), len(second)) < 2:
        return mean, None
    squares = [np.var(v, ddof=1) / len(v) for v in (first, second)]
    if not sum(squares):
        return mean, 0.0
    parts = (s**2 / (len(v) - 1) for s, v in zip(squares, (first, second), strict=True))
    freedom = sum(squares) ** 2 / sum(parts)
    return mean, float(t.ppf(0.5 + confidence / 2, freedom) * math.sqrt(sum(squares)))


def _plus_minus(interval):
    mean, half = interval
    return f"{mean:.3f}" + ("" if half is None else f" +- {half:.3f}")


def _overlap(first, second):
    """Say whether two intervals overlap."""
    if first[1] is None or second[1] is None:
        return "?"
    return "yes" if abs(first[0] - second[0]) <= first[1] + second[1] else "no"


def _member(source, method, seed, fit, folder):
    def train():
        print(f"Training {method}, seed {seed}: {fit.steps} batches.", flush=True)
        return train_member(source, method, seed, fit.steps, fit.batch_size)

    name = f"{method}-seed{seed}"
    train_member_once(folder, name, train)
    return load_member(folder, name)


def train_member(source, method, seed, steps, batch_size=32, verbose=None):
    """Train one model of the study.

    Args:
        source: a `PairSource`.
        method: one of `METHODS`.
        seed: int. Seeds weights, noise and pairs.
        steps: int, batches.
        batch_size: int, pairs. Default 32.
        verbose: as in `fit`. Default None: a bar on a terminal, else lines.

    Returns:
        The trained `SlowVAE`.
    """
    keras.utils.set_random_seed(seed)
    model = SlowVAE(**METHODS[method], seed=seed, name=method.replace("-", "_"))
    model.compile(steps_per_execution=math.gcd(STEPS_PER_EXECUTION, steps))
    model.build((None, None, *source.image_shape))
    epochs = steps // STEPS_PER_REPORT if steps % STEPS_PER_REPORT == 0 else 1
    model.fit(
        source.as_dataset(batch_size, seed=seed),
        steps_per_epoch=steps // epochs,
        epochs=epochs,
        shuffle=False,
        verbose=(1 if sys.stdout.isatty() else 2) if verbose is None else verbose,
    )
    return model
