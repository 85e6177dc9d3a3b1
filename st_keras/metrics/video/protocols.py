"""Evaluation protocols: what each published code does before and while it scores.

Numbers of two protocols are not comparable: the same forecasts can have SSIM 0.65 under "thuml" and
0.78 under "openstl". Name the protocol beside every number.

    protocol   used for          what it is
    "thuml"    all               the PredRNN authors' code (predrnn-pytorch, core/trainer.py)
    "openstl"  all               OpenSTL v1.0 (openstl/core/metrics.py) on scikit-image <= 0.19.3
    "float"    all               float frames, nothing clipped or rounded, SSIM with data range 1
    "gaussian" ssim              Wang et al. 2004: Gaussian window 11x11, sigma 1.5 (tf.image.ssim)

Frames are first scaled by the metric, (x - min_value) / (max_value - min_value), so that black is 0
and white is 1. Facts per score and protocol, which stand in the file of each metric:

    clip        predictions are limited to [0, 1] before they are scored
    as_bytes    both frames become whole numbers 0..255, floor(255 x), as numpy.uint8(x * 255)
    data_range  value of white in the formula of SSIM and PSNR
    window      side of the SSIM window, in pixels
    weighting   "uniform" (sample covariance, as scikit-image) or "gaussian" SSIM window
"""

import collections
import functools

from st_keras.metrics.scores_by_name import our_classes


class _Protocols(collections.UserDict):
    """{name of a score: its protocols}, gathered when first looked at.

    Not before: metrics of rain import this package, and must be there first.
    """

    def __init__(self):
        """Hold nothing yet."""

    @functools.cached_property
    def data(self):
        """The dict itself."""
        return {name: cls.protocols for name, cls in our_classes().items()}


# Those of other metrics join them when they are registered.
PROTOCOLS = _Protocols()
