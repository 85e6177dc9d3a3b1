"""What training on a mixture of modes costs, compared with training on each mode alone."""

import dataclasses

import numpy as np

from st_keras.validation import error


@dataclasses.dataclass(frozen=True)
class CollapseGap:
    """Relative excess errors of training on the mixture; see `collapse_gap`.

    `dataclasses.asdict` gives what `json.dumps` takes.

    Args:
        gaps: dict, mode -> float, mean over seeds. 0.1: 10 % more error than training alone.
        mean: float. Mean of `gaps` over modes.
        per_seed: dict, mode -> list of float, one per seed: what `st_keras.plots.mode_gaps` draws.
        mean_per_seed: list of float, the mean over modes, one per seed.

    Example:
    >>> from st_keras.metrics.modes import CollapseGap
    >>> CollapseGap({"walk": 0.1}, 0.1, {"walk": [0.0, 0.2]}, [0.0, 0.2]).gaps["walk"]
    0.1
    """

    gaps: dict
    mean: float
    per_seed: dict
    mean_per_seed: list


def collapse_gap(mixture_errors, single_errors):
    """Return by how much training on all modes raises the error in each of them.

        gap_ks = (E_ks^mix - E_ks^single) / E_ks^single        gap_k = mean of gap_ks over seeds s

    E_ks^mix: error in mode k of the model of seed s trained on the mixture. E_ks^single: that of
    the model of seed s trained on mode k alone; both on the same test sequences of mode k. Above 0
    the mixture hurts, which is what mode collapse shows up as; below 0 the modes help each other.
    With equal numbers of batches a mixture of M modes shows each mode in one M-th of them: part of
    the gap is then fewer examples.

    Args:
        mixture_errors: dict, mode -> number or sequence of numbers, one per seed; >= 0, any unit,
            lower is better (MSE, not SSIM or PSNR). What `mode_errors` returns is one seed.
        single_errors: dict of the same modes, numbers > 0. A number (on either side) stands for
            every seed; sequences all have the same length and are paired by place.

    Returns:
        `CollapseGap`, modes in the order of `mixture_errors`.

    Raises:
        ValueError: for other types, no modes, modes that only one side has, different numbers of
            seeds, NaN, negative errors, or an error of 0 to compare with.

    Example: two seeds; the second mode suffers.
    >>> from st_keras.metrics.modes import collapse_gap
    >>> gap = collapse_gap({"walk": [50, 50], "run": [120, 140]}, {"walk": 50, "run": 100})
    >>> {mode: round(value, 6) for mode, value in gap.gaps.items()}, round(gap.mean, 6)
    ({'walk': 0.0, 'run': 0.3}, 0.15)
    """
    where = "collapse_gap"
    mixture = _check_errors(where, "mixture_errors", mixture_errors)
    single = _check_errors(where, "single_errors", single_errors)
    if set(mixture) != set(single):
        raise error(
            where,
            f"mixture_errors of {list(mixture)} and single_errors of {list(single)}",
            "the same modes in both",
            "Train a model on each mode alone, and score the mixture's model in each mode.",
        )
    lengths = {len(values) for side in (mixture, single) for values in side.values() if values.ndim}
    if len(lengths) > 1:
        raise error(
            where,
            f"sequences of {sorted(lengths)} seeds",
            "the same number of seeds in every mode, on both sides",
            "Cut them to the seeds that all have, or pass the mean over seeds as one number.",
        )
    for mode, values in single.items():
        if np.min(values) == 0:
            raise error(
                where,
                f"single_errors[{mode!r}] of 0",
                "errors above 0 to compare with",
                "Use an error that is not rounded; a relative excess over 0 is not defined.",
            )
    seeds = lengths.pop() if lengths else 1
    table = np.stack(
        [np.broadcast_to((mixture[k] - single[k]) / single[k], (seeds,)) for k in mixture]
    )  # (modes, seeds)
    return CollapseGap(
        gaps=dict(zip(mixture, table.mean(axis=1).tolist(), strict=True)),
        mean=float(table.mean()),
        per_seed=dict(zip(mixture, table.tolist(), strict=True)),
        mean_per_seed=table.mean(axis=0).tolist(),
    )


def _check_errors(where, name, errors):
    """Return the errors as arrays () or (seeds,), mode -> array, or raise `ValueError`."""
    if not isinstance(errors, dict) or not errors:
        raise error(
            where,
            f"{name} of type {type(errors).__name__}, no named mode",
            "a dict of at least one mode, name -> number or numbers over seeds",
            f"Pass {name}={{'one_digit': [40.1, 41.3], 'two_digits': [88.0, 90.2]}}.",
        )
    arrays = {}
    for mode, values in errors.items():
        try:
            array = np.asarray(values, "float64")
        except (TypeError, ValueError):
            array = np.full((), np.nan)
        usable = array.ndim <= 1 and array.size and np.isfinite(array).all() and array.min() >= 0
        if not usable:
            raise error(
                where,
                f"{name}[{mode!r}]={values!r:.80}",
                "a finite number >= 0, or a sequence of such numbers, one per seed",
                "Pass errors such as the MSE; leave seeds out that diverged.",
            )
        arrays[str(mode)] = array
    return arrays
