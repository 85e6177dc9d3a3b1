"""Posterior, priors and their divergences; the only row that knows TensorFlow Probability.

The functions work on tensors of any Keras backend. Whatever returns a distribution imports
TensorFlow Probability when it is called.
"""

from st_keras.distributions.gaussian import (
    cross_entropy_standard_normal,
    diagonal_gaussian,
    kl_standard_normal,
    normal_entropy,
    standard_normal,
)
from st_keras.distributions.generalized_normal_transition_prior import (
    GeneralizedNormalTransitionPrior,
)
from st_keras.distributions.laplace_transition_prior import LaplaceTransitionPrior
from st_keras.distributions.normal_generalized_normal import (
    cross_entropy_normal_generalized_normal,
)
from st_keras.distributions.normal_laplace import cross_entropy_normal_laplace, kl_normal_laplace

__all__ = [
    "GeneralizedNormalTransitionPrior",
    "LaplaceTransitionPrior",
    "cross_entropy_normal_generalized_normal",
    "cross_entropy_normal_laplace",
    "cross_entropy_standard_normal",
    "diagonal_gaussian",
    "kl_normal_laplace",
    "kl_standard_normal",
    "normal_entropy",
    "standard_normal",
]
