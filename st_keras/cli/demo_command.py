"""`st-keras demo`: train, score, draw and export a small model within five minutes."""

import time

from st_keras.cli.evaluation import check_scorable, evaluate
from st_keras.cli.run_folder import RunFolder
from st_keras.cli.slowvae import demo as slowvae
from st_keras.cli.training_run import FITTING, prepare, train
from st_keras.export import export_saved_model

# What `train` would ask for, and `demo` decides.
DECIDED = {
    "preset": "smoke",
    "filters": None,
    "kernel_size": None,
    "patch_size": FITTING,
    "layer_norm": None,
    "no_decoupling": False,
    "learning_rate": None,
    "decay": None,
    "decoupling_weight": None,
    "sampling": None,
    "reverse_input": None,
    "jit_compile": False,
}
MAX_MINUTES = 3.75  # of training; the whole demo stays within five
TEST_SEQUENCES = 64


def run(options):
    """Run the whole path once, and say where everything lies."""
    if options.model == "slowvae":
        slowvae.run(options)
        return
    begin = time.monotonic()
    for name, value in DECIDED.items():
        setattr(options, name, value)
    options.max_minutes = options.max_minutes or MAX_MINUTES
    folder = RunFolder(options.out) if options.out else RunFolder.next_free("st_keras_demo")
    model, source, recipe = prepare(options)
    check_scorable(source.image_shape)
    finished = train(options, model, source, recipe, folder.create())
    if finished:
        path = export_saved_model(model, folder / "saved_model" / "1")
        folder.note("SavedModel", path)
        sequences = source.test_sequences(TEST_SEQUENCES)
        evaluate(model, source, sequences, options.horizon, recipe["batch_size"], folder)
    print(f"\nWritten:\n{folder.report()}")
    print(f"\nDone in {(time.monotonic() - begin) / 60:.1f} minutes.")
