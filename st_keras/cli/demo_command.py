"""`st-keras demo`: train, score, draw and export a small model within five minutes."""

import time

from st_keras.cli.evaluation import check_scorable, evaluate
from st_keras.cli.network_flags import CONSTRUCTOR_FLAGS, RECIPE_FLAGS
from st_keras.cli.run import Run
from st_keras.cli.run_folder import RunFolder
from st_keras.cli.slowvae import demo as slowvae
from st_keras.cli.training_run import FITTING, prepare, train
from st_keras.export import export_saved_model

# What `train` would ask for, and `demo` decides; all else is as the preset says.
DECIDED = {"preset": "smoke", "no_decoupling": False, "jit_compile": False}
MAX_MINUTES = 3.75  # of training; the whole demo stays within five
TEST_SEQUENCES = 64


def run(options):
    """Run the whole path once, and say where everything lies.

    Raises:
        KeyboardInterrupt: if the user interrupted the training, when the model is saved.
    """
    if options.model == "slowvae":
        slowvae.run(options)
        return
    begin = time.monotonic()
    for name in (*CONSTRUCTOR_FLAGS[options.model], *RECIPE_FLAGS, "decoupling_weight"):
        if not hasattr(options, name):
            setattr(options, name, None)
    for name, value in DECIDED.items():
        setattr(options, name, value)
    options.patch_size = FITTING
    options.max_minutes = options.max_minutes or MAX_MINUTES
    folder = RunFolder(options.out) if options.out else RunFolder.next_free("st_keras_demo")
    model, source, recipe = prepare(options)
    check_scorable(source.image_shape)
    finished = train(options, model, source, recipe, Run(options, folder))
    if finished:
        path = export_saved_model(model, folder / "saved_model" / "1")
        folder.note("SavedModel", path)
        sequences = source.test_sequences(TEST_SEQUENCES)
        evaluate(model, source, sequences, options.horizon, recipe["batch_size"], folder)
    print(f"\nWritten:\n{folder.report()}")
    if not finished:
        raise KeyboardInterrupt
    print(f"\nDone in {(time.monotonic() - begin) / 60:.1f} minutes.")
