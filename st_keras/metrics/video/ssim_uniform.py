"""Structural similarity with a uniform window, the variant of scikit-image."""

from keras import ops

WINDOW = 7  # pixels, as scikit-image's


def ssim_uniform(y_true, y_pred, data_range, window=WINDOW, valid=None):
    """Return the structural similarity of pairs of frames, mean over the valid area and channels.

        SSIM = (2 mx my + C1) (2 sxy + C2) / ((mx^2 + my^2 + C1) (sx^2 + sy^2 + C2))
        C1 = (0.01 data_range)^2     C2 = (0.03 data_range)^2

    with the mean m, the sample variance s^2 and the sample covariance sxy (divided by window^2 - 1)
    in each window that lies wholly inside the frame, equal weights in the window.

    Args:
        y_true: float32 tensor (N, H, W, C), H and W of at least `window`.
        y_pred: float32 tensor (N, H, W, C).
        data_range: float. Distance from black to white in the units of the frames.
        window: int. Side of the square window in pixels. Default 7.
        valid: float32 tensor (N, H, W, C), 1 where a value is valid and 0 where it is missing: the
            mean is then that of the windows which hold no missing value, 0 without one. Both frames
            must be finite there, too. Default None: all are valid.

    Returns:
        float32 tensor (N,), each value in [-1, 1].

    Same function as `skimage.metrics.structural_similarity(x, y, channel_axis=-1, data_range=...)`
    with its defaults (checked to 1e-5).

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.video import ssim_uniform
    >>> frames = np.random.default_rng(0).random((2, 16, 16, 1), "float32")
    >>> ssim_uniform(frames, frames, data_range=1.0).numpy().tolist()
    [1.0, 1.0]

    References: [1] Wang et al., Image quality assessment: from error visibility to structural
        similarity, IEEE TIP 2004. [2] https://scikit-image.org (skimage.metrics)
    """
    # Variances do not feel a shift; centred values leave float32 two more bits for them.
    centre = 0.5 * data_range
    x, y = y_true - centre, y_pred - centre
    n = window * window
    mx, my = _window_sum(x, window) / n, _window_sum(y, window) / n
    var_x = (_window_sum(x * x, window) - n * mx * mx) / (n - 1)
    var_y = (_window_sum(y * y, window) - n * my * my) / (n - 1)
    cov = (_window_sum(x * y, window) - n * mx * my) / (n - 1)
    mx, my = mx + centre, my + centre
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    luminance = (2.0 * mx * my + c1) / (mx * mx + my * my + c1)
    structure = (2.0 * cov + c2) / (var_x + var_y + c2)
    if valid is None:
        return ops.mean(luminance * structure, axis=(1, 2, 3))
    return mean_of_windows(luminance * structure, whole_windows(valid, window))


def whole_windows(valid, window):
    """Return which windows hold no missing value, (N, H - window + 1, W - window + 1, C).

    Args:
        valid: float32 tensor (N, H, W, C), 1 where a value is valid and 0 where it is missing.
        window: int, side of the window.

    Returns:
        float32 tensor of ones and zeros.

    Example:
    >>> from keras import ops
    >>> whole_windows(ops.reshape(ops.array([1.0, 1.0, 0.0]), (1, 1, 3, 1)), 1).numpy().ravel()
    array([1., 1., 0.], dtype=float32)
    """
    return ops.cast(_window_sum(valid, window) == window * window, "float32")


def mean_of_windows(scores, whole):
    """Return the mean (N,) of the scores (N, H', W', C) of whole windows; 0 without one."""
    count = ops.maximum(ops.sum(whole, axis=(1, 2, 3)), 1.0)
    return ops.sum(scores * whole, axis=(1, 2, 3)) / count


def _window_sum(x, window):
    """Sum over all windows inside the frames, (N, H, W, C) -> (N, H - window + 1, ...).

    Shifted slices: exact for whole numbers, unlike cumulative sums, and works for unknown H and W.
    """
    last = window - 1
    rows = sum(x[:, i : i - last or None] for i in range(window))
    return sum(rows[:, :, i : i - last or None] for i in range(window))
