"""What tables and pictures show of scores: finite numbers, the same ones for every method.

A frame without error has an infinite PSNR, and so has a mean that counts it. Where one is among the
frames, the PSNR of the mean squared error stands in place of the mean PSNR, for all methods.
"""

import numpy as np

from st_keras.metrics.scores_by_name import facts_of


def shown_scores(scores):
    """Return the scores without those that another one stands in for, and without counts.

    Args:
        scores: dict, method name -> dict, score name -> array (horizon,), such as the results of
            `score_forecasts`.

    Returns:
        dict of the same form. "psnr_of_mse" is left out where no "psnr" is infinite, else "psnr"
        is; where some method lacks one of the two, all keep both.

    Example:

    >>> scores = {"copy": {"psnr": [np.inf], "psnr_of_mse": [40.0], "exact_frames": [1]}}
    >>> shown_scores(scores)
    {'copy': {'psnr_of_mse': [40.0]}}
    """
    methods = scores.values()
    names = {name for method in methods for name in method}
    left_out = {name for name in names if not facts_of(name).shown}
    for name in names:
        other = facts_of(name).stands_in_for
        if other and all(name in method and other in method for method in methods):
            # NaN is a lead time without truth, in both.
            finite = not any(np.isinf(np.asarray(method[other], float)).any() for method in methods)
            left_out.add(name if finite else other)
    return {
        name: {key: values for key, values in method.items() if key not in left_out}
        for name, method in scores.items()
    }


def name_of(score):
    """Return how a score is called in tables and pictures.

    Example:

    >>> name_of("mse"), name_of("psnr_of_mse")
    ('MSE', 'PSNR of mean MSE')
    """
    return facts_of(score).title or score.upper()


def mean_score(score, values):
    """Return the mean of a score over the lead times that have one, each of which weighs the same.

    Args:
        score: str, its name.
        values: array (horizon,).

    Returns:
        float, the mean; where the metric says otherwise (`mean_over_lead_times`), as of "rmse" and
        "psnr_of_mse", the score of all lead times together, and of "exact_frames" the sum.

    Example:

    >>> mean_score("mse", [1.0, 2.0]), mean_score("exact_frames", [3, 1])
    (1.5, 4.0)
    >>> round(mean_score("psnr_of_mse", [np.inf, 20.0]), 2)
    23.01
    """
    return float(facts_of(score).mean_over_lead_times(np.asarray(values, float)))
