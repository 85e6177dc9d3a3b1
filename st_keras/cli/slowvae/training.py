"""`st-keras train slowvae`: prepare and fit."""

import keras

from st_keras.cli.run_folder import RunFolder
from st_keras.cli.slowvae.pair_data import open_pairs
from st_keras.cli.training_run import fit, fit_record
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

    def training_dataset(self, batch_size):
        """Endless batches of pairs."""
        return self.source.as_dataset(batch_size, seed=self.seed)

    def validation_dataset(self, batch_size):
        """The same few batches each time: other pairs, of the same images."""
        dataset = self.source.as_dataset(
            batch_size, seed=_VALIDATION_SEED, num_batches=VALIDATION_BATCHES
        )
        return dataset.cache()

    def card(self):
        """What identifies the data, for the run record."""
        return {**self.source.card(), "seed": self.seed}


def prepare(options):
    """Open the data and build the model; every wrong value is refused here.

    Args:
        options: the parsed command line of `train slowvae` or `demo slowvae`.

    Returns:
        `(model, data)`: a built, compiled `SlowVAE`, and a `PairTraining`.
    """
    source = open_pairs(options)
    keras.utils.set_random_seed(options.seed)
    model = SlowVAE(
        latent_size=options.latent_size,
        beta=options.beta,
        gamma=options.gamma,
        rate=options.rate,
        objective=options.objective,
        likelihood=options.likelihood,
        seed=options.seed,
        dtype=options.precision,
        name="slowvae",
    )
    model.compile(keras.optimizers.Adam(options.learning_rate))
    model.build((None, None, *source.image_shape))
    return model, PairTraining(source, options.seed)


def train(options, model, data, folder):
    """Fit the model, and write model, training curve and run record into the folder.

    Returns:
        bool: False if the user interrupted it.
    """
    finished, done, history = fit(
        model, data, "slowvae", options.steps, options.batch_size, options.max_minutes, folder
    )
    recipe = {"steps": options.steps, "batch_size": options.batch_size, "steps_done": done}
    fit_record(options, model, data, recipe, folder, history)
    return finished


def run(options):
    """Train and save; say what to do next."""
    folder = RunFolder(options.out)
    model, data = prepare(options)
    train(options, model, data, folder.create())
    print(f"\nWritten:\n{folder.report()}")
    print(
        f"Next: st-keras evaluate {folder / 'model.keras'} --data {options.data} "
        f"--out {folder / 'evaluation'}"
    )
