"""Codes of a latent traversal: one code with one latent at a time set to other values."""

import numpy as np

from st_keras.plots.finite_array import check_finite_array
from st_keras.validation import error


def traversal_codes(code, values, latents=None):
    """Return copies of `code`: in row i and column j latent `latents[i]` has the value `values[j]`.

    Decode them and draw the images with `latent_traversal` or `latent_traversal_gif`.

    Args:
        code: array (L,). The code to start from: the posterior mean of one image.
        values: array (steps,). In units of the latents; -2 to 2 suits the prior N(0, 1).
        latents: sequence of int, the latents to move, in the order of the rows; negative numbers
            count from the end. Default None: all L.

    Returns:
        float64 (latents, steps, L).

    Raises:
        ValueError: for empty or non-finite arrays, or a latent that the code does not have.

    Example:
    >>> import numpy as np
    >>> from st_keras.plots import traversal_codes
    >>> traversal_codes([0.5, 0.0], [-1, 1], latents=[1]).tolist()
    [[[0.5, -1.0], [0.5, 1.0]]]
    """
    where = "traversal_codes"
    code = check_finite_array(where, "code", code, ("L",))
    values = check_finite_array(where, "values", values, ("steps",))
    chosen = np.arange(len(code)) if latents is None else np.asarray(latents)
    whole = chosen.ndim == 1 and chosen.dtype.kind in "iu" and len(chosen)
    if not whole or chosen.min() < -len(code) or chosen.max() >= len(code):
        raise error(
            where,
            f"latents={latents!r:.80} for a code of {len(code)} latents",
            f"a list of integers, {-len(code)} to {len(code) - 1}, not empty",
            "Pass latents=None for all.",
        )
    codes = np.tile(code, (len(chosen), len(values), 1))
    codes[np.arange(len(chosen))[:, None], np.arange(len(values)), chosen[:, None]] = values
    return codes
