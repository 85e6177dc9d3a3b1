"""`st-keras train slowvae`: the data and the model."""

import keras

from st_keras.cli.slowvae.pair_data import open_pairs
from st_keras.models import SlowVAE

VALIDATION_BATCHES = 8
_VALIDATION_SEED = 2**32  # no --seed reaches it


class PairTraining:
    """Batches of pairs for `fit`, as other sources of training data have them.

    Args:
        source: `PairSource`.
        seed: int, of the pairs.
    """

    def __init__(self, source, seed):
        self.source = source
        self.seed = seed
        self.description = f"pairs of {source.name} {source.image_shape}, seed {seed}"

    def training_dataset(self, batch_size, first_batch=0):
        """Endless batches of pairs, from `first_batch` on."""
        return self.source.as_dataset(batch_size, seed=self.seed, first_batch=first_batch)

    def validation_dataset(self, batch_size):
        """The same few batches each time: other pairs, of the same images."""
        dataset = self.source.as_dataset(
            batch_size, seed=_VALIDATION_SEED, num_batches=VALIDATION_BATCHES
        )
        return dataset.cache()

    def card(self):
        """What identifies the data, for the run record."""
        return {**self.source.card(), "seed": self.seed}


def prepare_slowvae(settings):
    """Open the data and build the model; every wrong value is refused here.

    Args:
        settings: what `train slowvae` was told.

    Returns:
        `(model, data, recipe)`: a built, compiled `SlowVAE`, a `PairTraining`, and a dict.
    """
    source, fit = open_pairs(settings.data, settings.pairs), settings.fit
    keras.utils.set_random_seed(fit.seed)
    arguments = settings.slowvae.arguments()
    model = SlowVAE(**arguments, seed=fit.seed, dtype=fit.precision, name="slowvae")
    model.compile(keras.optimizers.Adam(settings.slowvae.learning_rate))
    model.build((None, None, *source.image_shape))
    recipe = {"steps": fit.steps, "batch_size": fit.batch_size}
    return model, PairTraining(source, fit.seed), recipe
