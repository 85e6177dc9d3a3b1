"""The sparse transition prior of SlowVAE: a Laplace distribution around the other frame."""

import math

import keras
import numpy as np
from keras import ops

from st_keras.distributions.normal_laplace import cross_entropy_normal_laplace
from st_keras.distributions.tfp import tfp_distributions
from st_keras.validation import check_int, error


@keras.saving.register_keras_serializable(package="st_keras")
class LaplaceTransitionPrior(keras.layers.Layer):
    """p(z_t | z_{t-1}) = prod_i Laplace(z_{t,i}; z_{t-1,i}, 1 / rate_i).

    Most factors of a natural scene rest from one frame to the next, and a few move: heavier tails
    and a sharper peak than a normal distribution.

    Args:
        rate: number > 0, or one per latent: 1 / scale. Default 6.0, as published.
        trainable_rate: bool. Learn the rate, from `rate` on; it stays positive. Default False.
        per_dimension: bool. One rate per latent instead of one for all. Default: whether `rate`
            holds several.
        **kwargs: `name`. The rate and what it computes are float32 in any precision.

    Raises:
        ValueError: for rates that are not finite numbers above 0, or not one per latent.

    Example:

    >>> import numpy as np
    >>> prior = LaplaceTransitionPrior(rate=6.0)
    >>> prior.build((None, 10))
    >>> prior.cross_entropy(np.zeros((4, 10)), np.zeros((4, 10)), np.zeros((4, 10))).shape
    TensorShape([4, 10])

    References: Klindt et al.: Towards Nonlinear Disentanglement in Natural Data with Temporal
    Sparse Coding. ICLR 2021, arXiv 2007.10930.
    """

    def __init__(self, rate=6.0, trainable_rate=False, per_dimension=None, **kwargs):
        kwargs["dtype"] = "float32"
        super().__init__(**kwargs)
        self.rate = check_rate(type(self).__name__, rate)
        self.trainable_rate = bool(trainable_rate)
        self.log_rate = None
        several = isinstance(self.rate, tuple)
        self.per_dimension = several if per_dimension is None else bool(per_dimension)
        if several and not self.per_dimension:
            raise error(
                type(self).__name__,
                f"{len(self.rate)} rates with per_dimension=False",
                "one rate for all latents",
                "Pass one number, or leave per_dimension out.",
            )

    def build(self, codes_shape):
        """Check the rates against codes (..., latents); create a trainable one."""
        latents = check_int(type(self).__name__, "latents", codes_shape[-1], 1)
        if isinstance(self.rate, tuple) and len(self.rate) != latents:
            raise error(
                type(self).__name__,
                f"{len(self.rate)} rates for {latents} latents",
                "one rate per latent, or one for all",
                "Pass as many rates as latents.",
            )
        if self.trainable_rate:
            # NumPy, because a model may be built inside a graph and the weight made after it.
            log_rate = np.log(self.rate).astype("float32")
            self.log_rate = self.add_weight(
                shape=(latents,) if self.per_dimension else (),
                initializer=lambda shape, dtype=None: np.broadcast_to(log_rate, shape),
                name="log_rate",
            )
        self.built = True

    def current_rate(self):
        """Return the rate as it is now, () or (latents,)."""
        if self.log_rate is None:
            return ops.convert_to_tensor(self.rate, "float32")
        return ops.exp(self.log_rate.value)

    def cross_entropy(self, mean, log_var, location):
        """Cross-entropy of the posterior N(mean, exp(log_var)) against this prior.

        Args:
            mean: tensor (..., latents).
            log_var: tensor (..., latents).
            location: tensor (..., latents), the posterior mean of the other frame.

        Returns:
            float32 (..., latents), nats.
        """
        mean, log_var, location = (
            ops.convert_to_tensor(value, "float32") for value in (mean, log_var, location)
        )
        return cross_entropy_normal_laplace(mean, log_var, location, self.current_rate())

    def distribution(self, location):
        """Return p(. | location) as a TFP distribution whose event is the last axis.

        Args:
            location: tensor (..., latents).

        Returns:
            `tfp.distributions.Independent` of `Laplace`, float32.

        Raises:
            ValueError: if TensorFlow Probability or tf_keras is not installed.
        """
        tfd = tfp_distributions(type(self).__name__)
        location = ops.convert_to_tensor(location, "float32")
        return tfd.Independent(tfd.Laplace(location, 1.0 / self.current_rate()), 1)

    def get_config(self):
        """Return every constructor argument."""
        config = super().get_config()
        config.pop("dtype")  # always float32
        return {
            **config,
            "rate": self.rate,
            "trainable_rate": self.trainable_rate,
            "per_dimension": self.per_dimension,
        }


def check_rate(where, rate):
    """Return a rate as float, or several as a tuple of floats, or raise `ValueError`."""
    several = isinstance(rate, (list, tuple)) or getattr(rate, "ndim", 0) == 1
    given = list(rate) if several else [rate]
    # float() would take "6" and True.
    unfit = any(isinstance(value, (str, bytes, bool)) for value in given)
    try:
        values = [] if unfit else [float(value) for value in given]
    except (TypeError, ValueError):
        values = []
    if not values or not all(math.isfinite(value) and value > 0 for value in values):
        raise error(
            where,
            f"rate={rate!r}",
            "a finite number above 0, or a sequence with one such number per latent",
            "Pass rate=6.0, the published value.",
        )
    return tuple(values) if several else values[0]
