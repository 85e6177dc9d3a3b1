"""The diagonal Gaussian posterior, and its terms against a standard normal prior."""

import math

from keras import ops

from st_keras.distributions.tfp import tfp_distributions
from st_keras.validation import check_int

_LOG_TWO_PI = math.log(2 * math.pi)


def normal_entropy(log_var):
    """Entropy of N(m, s^2) in nats, element by element.

        H = 1/2 (log_var + log(2 pi e))

    Args:
        log_var: tensor, log s^2.

    Returns:
        Tensor of that shape. Differential entropy: negative for small s.

    Example:

    >>> round(float(normal_entropy(0.0)), 4)
    1.4189
    """
    return 0.5 * (log_var + (_LOG_TWO_PI + 1.0))


def cross_entropy_standard_normal(mean, log_var):
    """Cross-entropy E_q[-log N(z; 0, 1)] of q = N(m, s^2) in nats, element by element.

        CE = 1/2 (m^2 + s^2) + 1/2 log(2 pi)

    Args:
        mean: tensor, m.
        log_var: tensor, log s^2.

    Returns:
        Tensor of their shape.

    Example:

    >>> round(float(cross_entropy_standard_normal(0.0, 0.0)), 4)
    1.4189
    """
    return 0.5 * (ops.square(mean) + ops.exp(log_var) + _LOG_TWO_PI)


def kl_standard_normal(mean, log_var):
    """KL(N(m, s^2) || N(0, 1)) in nats, element by element; at least 0.

        KL = 1/2 (m^2 + s^2 - log s^2 - 1)

    Args:
        mean: tensor, m.
        log_var: tensor, log s^2.

    Returns:
        Tensor of their shape.

    Example:

    >>> float(kl_standard_normal(0.0, 0.0))
    0.0
    """
    # expm1 keeps what exp(log_var) - 1 - log_var loses for log_var near 0.
    return 0.5 * (ops.square(mean) + ops.expm1(log_var) - log_var)


def diagonal_gaussian(mean, log_var):
    """The posterior q(z | x) as a TFP distribution whose event is the last axis.

    Args:
        mean: tensor (..., latents).
        log_var: tensor (..., latents), log of the variance.

    Returns:
        `tfp.distributions.Independent` of `Normal`: batch shape (...), event shape (latents,).

    Raises:
        ValueError: if TensorFlow Probability or tf_keras is not installed.

    Example:

    >>> import tensorflow as tf
    >>> posterior = diagonal_gaussian(tf.zeros((4, 10)), tf.zeros((4, 10)))
    >>> posterior.batch_shape, posterior.event_shape
    (TensorShape([4]), TensorShape([10]))
    """
    tfd = tfp_distributions("diagonal_gaussian")
    return tfd.Independent(tfd.Normal(mean, ops.exp(0.5 * log_var)), 1)


def standard_normal(latent_size):
    """The prior N(0, I) as a TFP distribution.

    Args:
        latent_size: int.

    Returns:
        `tfp.distributions.Independent` of `Normal`: batch shape (), event shape (latent_size,).

    Raises:
        ValueError: for a `latent_size` below 1, or if TensorFlow Probability or tf_keras is not
            installed.

    Example:

    >>> standard_normal(10).event_shape
    TensorShape([10])
    """
    check_int("standard_normal", "latent_size", latent_size, 1)
    tfd = tfp_distributions("standard_normal")
    return tfd.Independent(tfd.Normal(ops.zeros((latent_size,)), ops.ones((latent_size,))), 1)
