"""Cross-entropy and KL of a Gaussian against a Laplace distribution, in closed form."""

import math

import keras
from keras import ops

from st_keras.distributions.gaussian import normal_entropy

_SQRT_HALF = math.sqrt(0.5)
_SQRT_TWO_OVER_PI = math.sqrt(2 / math.pi)
# exp(-r^2 / 2) and 1 - |erf(r / sqrt 2)| are 0 in float32 from here on; their gradients too.
_FAR = 14.0
# s = exp(log_var / 2) and 1 / s are finite in float32 within these; a posterior never gets near.
_LOG_VAR_RANGE = 80.0


def cross_entropy_normal_laplace(mean, log_var, location, rate):
    """Cross-entropy E_q[-log Laplace(z; location, 1/rate)] of q = N(m, s^2), in nats.

    With d = m - location, element by element [1]:

        CE = -log(rate/2) + rate s sqrt(2/pi) exp(-d^2 / 2s^2) + rate d erf(d / (s sqrt 2))

    Finite in float32, with finite gradients, for |d| / s beyond what exp can hold. Computed in the
    dtype of `mean`, which is float32 for plain numbers.

    Args:
        mean: tensor, m.
        log_var: tensor, log s^2.
        location: tensor, where the Laplace distribution peaks.
        rate: positive number or tensor, 1 / scale of the Laplace distribution.

    Returns:
        Tensor of the broadcast shape.

    Example: a posterior of almost no width, at the peak, and one unit away

    >>> round(float(cross_entropy_normal_laplace(0.0, -40.0, 0.0, rate=6.0)), 4)
    -1.0986
    >>> round(float(cross_entropy_normal_laplace(1.0, -40.0, 0.0, rate=6.0)), 4)
    4.9014

    References:
        [1] Klindt et al.: Towards Nonlinear Disentanglement in Natural Data with Temporal Sparse
            Coding. ICLR 2021, arXiv 2007.10930. The expectation of |z - location| under a Gaussian
            is the mean of a folded normal distribution.
    """
    # With float: whole numbers would round the rate.
    dtype = keras.backend.result_type(getattr(mean, "dtype", float), float)
    mean = ops.convert_to_tensor(mean, dtype)
    log_var = ops.convert_to_tensor(log_var, dtype)
    location = ops.convert_to_tensor(location, dtype)
    rate = ops.convert_to_tensor(rate, dtype)
    half_log_var = 0.5 * ops.clip(log_var, -_LOG_VAR_RANGE, _LOG_VAR_RANGE)
    d = mean - location
    ratio = ops.clip(d * ops.exp(-half_log_var), -_FAR, _FAR)
    near = _SQRT_TWO_OVER_PI * ops.exp(0.5 * log_var - 0.5 * ops.square(ratio))
    return rate * (near + d * ops.erf(_SQRT_HALF * ratio)) - ops.log(0.5 * rate)


def kl_normal_laplace(mean, log_var, location, rate):
    """KL(N(m, s^2) || Laplace(location, 1/rate)) in nats, element by element; at least 0.

        KL = cross_entropy_normal_laplace - normal_entropy

    TensorFlow Probability has no such divergence; what this package returns as a distribution
    brings it along, so that `tfp.distributions.kl_divergence(normal, laplace)` works too.

    Args:
        mean: tensor, m.
        log_var: tensor, log s^2.
        location: tensor.
        rate: positive number or tensor.

    Returns:
        Tensor of the broadcast shape. For d = 0 the smallest value is 1/2 log(4 e / pi^2) =
        0.0484, at s = sqrt(pi/2) / rate: no Gaussian is a Laplace distribution.

    Example:

    >>> best = math.log(math.pi / 2 / 36.0)
    >>> round(float(kl_normal_laplace(0.0, best, 0.0, rate=6.0)), 4)
    0.0484
    """
    cross_entropy = cross_entropy_normal_laplace(mean, log_var, location, rate)
    return cross_entropy - normal_entropy(log_var)
