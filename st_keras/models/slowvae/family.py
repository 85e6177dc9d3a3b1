"""SlowVAE and beta-VAE."""

from dataclasses import dataclass

from st_keras.choices import LIKELIHOODS, OBJECTIVES
from st_keras.models import search_ranges as ranges
from st_keras.models.family import ModelFamily
from st_keras.settings import value_types as types
from st_keras.settings.setting import setting


@dataclass(frozen=True, kw_only=True)
class SlowVAESettings:
    """Constructor arguments of `SlowVAE`, and how fast it learns."""

    latent_size: int = setting(types.whole(1), 10, "default: 10")
    beta: float = setting(types.number(0.0), 1.0, "default: 1")
    gamma: float = setting(types.number(0.0), 10.0, "default: 10; 0 is a beta-VAE")
    rate: float = setting(types.number(0.0, above=True), 6.0, "default: 6")
    objective: str = setting(choices=OBJECTIVES, default="reference")
    likelihood: str = setting(choices=LIKELIHOODS, default="bernoulli")
    learning_rate: float = setting(types.number(0.0, above=True), 1e-4, "default: 1e-4")

    def arguments(self):
        """Return the constructor arguments as a dict."""
        return {name: value for name, value in vars(self).items() if name != "learning_rate"}


@dataclass(frozen=True, kw_only=True)
class SlowVAERanges:
    """What `SlowVAEHyperModel` searches among."""

    latent_size: tuple | None = ranges.whole_numbers()
    beta: tuple | None = ranges.interval()
    gamma: tuple | None = ranges.interval()
    rate: tuple | None = ranges.interval()
    learning_rate: tuple | None = ranges.interval()
    precision: tuple | None = ranges.precision()


SLOWVAE = ModelFamily(
    name="slowvae",
    model="st_keras.models.slowvae.slowvae:SlowVAE",
    published="st_keras.models.slowvae.published_weights:PUBLISHED",
    hyper_model="st_keras.tuning:SlowVAEHyperModel",
    ranges=SlowVAERanges,
)
