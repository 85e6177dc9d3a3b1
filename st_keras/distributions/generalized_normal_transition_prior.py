"""A transition prior whose sparsity is itself a parameter: an ablation of the Laplace prior."""

import math
import numbers

import keras
from keras import ops

from st_keras.distributions.laplace_transition_prior import LaplaceTransitionPrior
from st_keras.distributions.normal_generalized_normal import (
    cross_entropy_normal_generalized_normal,
)
from st_keras.distributions.tfp import tfp_distributions
from st_keras.validation import error

# Where the quadrature of the cross-entropy has been checked.
POWER_RANGE = (0.3, 3.0)


@keras.saving.register_keras_serializable(package="st_keras")
class GeneralizedNormalTransitionPrior(LaplaceTransitionPrior):
    """p(z_t | z_{t-1}) proportional to prod_i exp(-(rate_i |z_{t,i} - z_{t-1,i}|)^power).

    power 1 is the Laplace prior, power 2 a normal prior with variance 1 / (2 rate^2), and powers
    below 1 are sparser than both: 0.44 to 0.69 fit the transitions of object masks in natural
    video. Not part of the published model: an ablation.

    Args:
        rate: number > 0, or one per latent. Default 6.0.
        power: number in [0.3, 3]. Default 1.0.
        trainable_rate: bool. Default False.
        trainable_power: bool. Learn the power, from `power` on, within [0.3, 3]. Default False.
        per_dimension: bool. One rate and one power per latent. Default: whether `rate` holds
            several.
        **kwargs: `name`.

    Raises:
        ValueError: for a rate or a power out of range.

    Example:

    >>> import numpy as np
    >>> prior = GeneralizedNormalTransitionPrior(rate=6.0, power=0.5)
    >>> prior.build((None, 10))
    >>> prior.cross_entropy(np.zeros((4, 10)), np.zeros((4, 10)), np.zeros((4, 10))).shape
    TensorShape([4, 10])
    """

    def __init__(
        self,
        rate=6.0,
        power=1.0,
        trainable_rate=False,
        trainable_power=False,
        per_dimension=None,
        **kwargs,
    ):
        super().__init__(rate, trainable_rate, per_dimension, **kwargs)
        low, high = POWER_RANGE
        is_number = isinstance(power, numbers.Real) and not isinstance(power, bool)
        if not is_number or not low <= power <= high:
            raise error(
                "GeneralizedNormalTransitionPrior",
                f"power={power!r}",
                f"a number in [{low}, {high}]",
                "Pass power=1.0 for Laplace, 2.0 for normal.",
            )
        self.power = float(power)
        self.log_power = None
        self.trainable_power = bool(trainable_power)

    def build(self, codes_shape):
        """Check the rates against codes (..., latents); create what is trainable."""
        super().build(codes_shape)
        if self.trainable_power:
            self.log_power = self.add_weight(
                shape=(codes_shape[-1],) if self.per_dimension else (),
                initializer=keras.initializers.Constant(math.log(self.power)),
                constraint=_WithinPowerRange(),
                name="log_power",
            )

    def current_power(self):
        """Return the power as it is now, () or (latents,)."""
        if self.log_power is None:
            return ops.convert_to_tensor(self.power, "float32")
        return ops.exp(self.log_power.value)

    def cross_entropy(self, mean, log_var, location):
        """Cross-entropy of the posterior N(mean, exp(log_var)) against this prior."""
        return cross_entropy_normal_generalized_normal(
            mean, log_var, location, self.current_rate(), self.current_power()
        )

    def distribution(self, location):
        """Return p(. | location) as `tfp.distributions.Independent`, `GeneralizedNormal`."""
        tfd = tfp_distributions(type(self).__name__)
        location = ops.convert_to_tensor(location, "float32")
        scale = 1.0 / self.current_rate()
        return tfd.Independent(tfd.GeneralizedNormal(location, scale, self.current_power()), 1)

    def get_config(self):
        """Return every constructor argument."""
        return {
            **super().get_config(),
            "power": self.power,
            "trainable_power": self.trainable_power,
        }


class _WithinPowerRange(keras.constraints.Constraint):
    def __call__(self, log_power):
        return ops.clip(log_power, *(math.log(power) for power in POWER_RANGE))
