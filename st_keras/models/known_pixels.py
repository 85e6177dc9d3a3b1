"""Which pixels a network knows at each step, where some of what it observes is missing."""

from keras import ops


def known_after(valid, observed, known=None):
    """Return which pixels were seen by the end of each step.

        known_t = known_t-1 or (valid_t and observed_t)

    Args:
        valid: bool (B, T, H, W, C), False where a value is missing.
        observed: (B, T), 1 = the frame of the step is observed.
        known: bool (B, H, W, C), what was seen before. Default: nothing.

    Returns:
        bool (B, T, H, W, C).

    Example:

    >>> valid = ops.reshape([False, True, False], (1, 3, 1, 1, 1))
    >>> ops.convert_to_numpy(known_after(valid, ops.ones((1, 3)))).ravel().tolist()
    [False, True, True]
    """
    return _counts(valid, observed, known)[0] > 0


def holds_scan(valid):
    """Return whether each frame holds any value at all, bool (B, T): else its scan is missing."""
    return ops.any(valid, axis=(2, 3, 4))


def read_pixels(valid, observed, known=None):
    """Return what a network reads at each step of frames with missing pixels.

    A frame without any value is a missing scan: the step is not observed, and the network reads
    its own prediction. Of a prediction it reads the pixels that were seen before; what was never
    seen stays missing.

    Args:
        valid, known: as in `known_after`.
        observed: (B, T), 1 = feed the observed frame, 0 = feed the prediction.

    Returns:
        `(observed (B, T), 0 at missing scans, read bool (B, T, H, W, C))`: False where what stands
        for missing values is read.

    Example:

    >>> valid = ops.reshape([True, False, True, False], (1, 2, 1, 2, 1))
    >>> observed, read = read_pixels(valid, ops.array([[1.0, 0.0]]))
    >>> ops.convert_to_numpy(read)[0, :, 0, :, 0].tolist()
    [[True, False], [True, False]]
    """
    observed = ops.cast(observed, "float32") * ops.cast(holds_scan(valid), "float32")
    after, own = _counts(valid, observed, known)
    return observed, ops.where(_per_frame(observed), valid, after > own)


def _counts(valid, observed, known):
    """Return how often each pixel was seen by the end of each step, and in that step alone."""
    own = ops.cast(ops.logical_and(valid, _per_frame(observed)), "float32")
    # Exact for millions of steps; a loop would be slower.
    after = ops.cumsum(own, axis=1)
    return after if known is None else after + ops.cast(known, "float32")[:, None], own


def _per_frame(flags):
    """(B, T) as bool (B, T, 1, 1, 1)."""
    return ops.reshape(flags, (*ops.shape(flags), 1, 1, 1)) > 0.5
