"""The one table of evaluation protocols: what each published code does before and while it scores.

Numbers of two protocols are not comparable: the same forecasts can have SSIM 0.65 under "thuml" and
0.78 under "openstl". Name the protocol beside every number.

    protocol   used for          what it is
    "thuml"    mse mae ssim psnr the PredRNN authors' code (predrnn-pytorch, core/trainer.py)
    "openstl"  mse mae ssim psnr OpenSTL v1.0 (openstl/core/metrics.py) on scikit-image <= 0.19.3
    "float"    mse mae ssim psnr float frames, nothing clipped or rounded, SSIM with data range 1
    "gaussian" ssim              Wang et al. 2004: Gaussian window 11x11, sigma 1.5 (tf.image.ssim)

Frames are first scaled by the metric, (x - min_value) / (max_value - min_value), so that black is 0
and white is 1. Facts per score and protocol:

    clip        predictions are limited to [0, 1] before they are scored
    as_bytes    both frames become whole numbers 0..255, floor(255 x), as numpy.uint8(x * 255)
    data_range  value of white in the formula of SSIM and PSNR
    window      side of the SSIM window, in pixels
    weighting   "uniform" (sample covariance, as scikit-image) or "gaussian" SSIM window
"""

from st_keras.metrics.video.ssim_uniform import WINDOW

_UNIFORM = {"window": WINDOW, "weighting": "uniform"}
_GAUSSIAN = {"window": 11, "weighting": "gaussian"}

PROTOCOLS = {
    "mse": {
        "thuml": {"clip": True, "as_bytes": False},
        "openstl": {"clip": False, "as_bytes": False},
        "float": {"clip": False, "as_bytes": False},
    },
    # The PyTorch code prints no MAE. The published ones come from its TensorFlow ancestor, which
    # takes the absolute error one line before it clips.
    "mae": {
        "thuml": {"clip": False, "as_bytes": False},
        "openstl": {"clip": False, "as_bytes": False},
        "float": {"clip": False, "as_bytes": False},
    },
    # OpenSTL gives scikit-image floats in [0, 1] and no data range; up to 0.19.3 that meant range 2
    # (floats were taken to span [-1, 1]), which makes the stabilising constants 4 times too large.
    "ssim": {
        "thuml": {"clip": True, "as_bytes": True, "data_range": 255.0, **_UNIFORM},
        "openstl": {"clip": True, "as_bytes": False, "data_range": 2.0, **_UNIFORM},
        "float": {"clip": False, "as_bytes": False, "data_range": 1.0, **_UNIFORM},
        "gaussian": {"clip": True, "as_bytes": False, "data_range": 1.0, **_GAUSSIAN},
    },
    "psnr": {
        "thuml": {"clip": True, "as_bytes": True, "data_range": 255.0},
        "openstl": {"clip": True, "as_bytes": False, "data_range": 1.0},
        "float": {"clip": False, "as_bytes": False, "data_range": 1.0},
    },
}
