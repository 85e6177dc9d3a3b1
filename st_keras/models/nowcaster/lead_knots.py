"""What is known at a few lead times, at all of them."""

import numpy as np

KNOTS = (1.0, 3.0, 6.0, 12.0)  # steps


def knot_weights(steps):
    """Return weights that interpolate between lead times of 1, 3, 6 and 12 steps.

    Linear in the logarithm of the lead time; beyond 12 steps what is known at 12 holds.

    Args:
        steps: int >= 1.

    Returns:
        float32 array (steps, 4).

    Example:

    >>> print(knot_weights(3).round(2))
    [[1.   0.   0.   0.  ]
     [0.37 0.63 0.   0.  ]
     [0.   1.   0.   0.  ]]
    """
    leads = np.log(np.arange(1, steps + 1))
    return np.stack(
        [np.interp(leads, np.log(KNOTS), row) for row in np.eye(len(KNOTS))], axis=-1
    ).astype("float32")
