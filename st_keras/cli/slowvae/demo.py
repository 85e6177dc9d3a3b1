"""`st-keras demo slowvae`: train on moving sprites, score the codes, draw them."""

import time

from st_keras.cli.run import Run
from st_keras.cli.run_folder import RunFolder
from st_keras.cli.slowvae.evaluation import score_and_draw
from st_keras.cli.slowvae.training import prepare
from st_keras.cli.training_run import train

# What `train slowvae` would ask for, and the demo decides.
DECIDED = {
    "latent_size": 10,
    "beta": 1.0,
    "gamma": 10.0,
    "rate": 6.0,
    "objective": "reference",
    "likelihood": "bernoulli",
    # Ten times the published rate: minutes instead of days.
    "learning_rate": 1e-3,
}
MAX_MINUTES = 3.5  # of training; the whole demo stays within five


def run(options):
    """Run the whole path once, and say where everything lies.

    Raises:
        KeyboardInterrupt: if the user interrupted the training, when the model is saved.
    """
    begin = time.monotonic()
    for name, value in DECIDED.items():
        setattr(options, name, value)
    options.max_minutes = options.max_minutes or MAX_MINUTES
    folder = RunFolder(options.out) if options.out else RunFolder.next_free("st_keras_demo")
    model, data, recipe = prepare(options)
    finished = train(options, model, data, recipe, Run(options, folder))
    if finished:
        score_and_draw(model, data.source, "quick", options.seed, folder)
    print(f"\nWritten:\n{folder.report()}")
    if not finished:
        raise KeyboardInterrupt
    print(f"\nDone in {(time.monotonic() - begin) / 60:.1f} minutes.")
