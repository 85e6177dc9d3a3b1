"""What tables and pictures show of scores: finite numbers, the same ones for every method.

A frame without error has an infinite PSNR, and so has a mean that counts it. Where one is among the
frames, the PSNR of the mean squared error stands in place of the mean PSNR, for all methods.
"""

import numpy as np

PSNR, PSNR_OF_MSE, EXACT_FRAMES = "psnr", "psnr_of_mse", "exact_frames"
NAMES = {PSNR_OF_MSE: "PSNR of mean MSE"}
UNITS = {PSNR: " (dB)", PSNR_OF_MSE: " (dB)"}
BETTER = {
    **{"mse": "lower", "mae": "lower", "lpips": "lower"},
    **{"ssim": "higher", PSNR: "higher", PSNR_OF_MSE: "higher"},
}


def shown_scores(scores):
    """Return the scores without those that another one stands in for, and without counts.

    Args:
        scores: dict, method name -> dict, score name -> array (horizon,), such as the results of
            `score_forecasts`.

    Returns:
        dict of the same form. "psnr_of_mse" is left out where every "psnr" is finite, else "psnr"
        is; where some method lacks one of the two, all keep both.

    Example:

    >>> scores = {"copy": {"psnr": [np.inf], "psnr_of_mse": [40.0], "exact_frames": [1]}}
    >>> shown_scores(scores)
    {'copy': {'psnr_of_mse': [40.0]}}
    """
    methods = scores.values()
    both = all(PSNR in method and PSNR_OF_MSE in method for method in methods)
    finite = all(np.isfinite(np.asarray(method.get(PSNR, 0.0), float)).all() for method in methods)
    left_out = {EXACT_FRAMES}
    if both:
        left_out.add(PSNR_OF_MSE if finite else PSNR)
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
    return NAMES.get(score, score.upper())


def mean_score(score, values):
    """Return the mean of a score over lead times, which have equally many frames.

    Args:
        score: str, its name.
        values: array (horizon,).

    Returns:
        float; of "exact_frames" the sum; of "psnr_of_mse" that of the mean squared error over all
        lead times, infinite only where no frame has an error.

    Example:

    >>> mean_score("mse", [1.0, 2.0]), mean_score("exact_frames", [3, 1])
    (1.5, 4.0)
    >>> round(mean_score("psnr_of_mse", [np.inf, 20.0]), 2)
    23.01
    """
    values = np.asarray(values, float)
    if score == EXACT_FRAMES:
        return float(values.sum())
    if score != PSNR_OF_MSE:
        return float(values.mean())
    with np.errstate(divide="ignore"):  # log 0 = -inf: no error at all
        return float(-10.0 * np.log10(np.mean(10.0 ** (-values / 10.0))))


def exact_frames_line(scores):
    """Return the line that says how many frames each method reproduces exactly; "" if none does.

    Args:
        scores: as for `shown_scores`.

    Example:

    >>> exact_frames_line({"net": {"exact_frames": [0, 0]}, "copy": {"exact_frames": [2, 1]}})
    'frames reproduced exactly, without a PSNR of their own: copy 3'
    """
    counts = {m: round(mean_score(EXACT_FRAMES, s.get(EXACT_FRAMES, 0))) for m, s in scores.items()}
    told = ", ".join(f"{method} {count}" for method, count in counts.items() if count)
    return told and f"frames reproduced exactly, without a PSNR of their own: {told}"
