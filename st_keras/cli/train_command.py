"""`st-keras train MODEL --data ... --out run/`."""

from st_keras.cli.run_folder import RunFolder
from st_keras.cli.slowvae import training as slowvae
from st_keras.cli.training_run import prepare, train


def run(options):
    """Train and save; say what to do next."""
    if options.model == "slowvae":
        slowvae.run(options)
        return
    folder = RunFolder(options.out)
    model, source, recipe = prepare(options)
    train(options, model, source, recipe, folder.create())
    print(f"\nWritten:\n{folder.report()}")
    print(
        f"Next: st-keras evaluate {folder / 'model.keras'} --data {options.data} "
        f"--horizon {options.horizon} --out {folder / 'evaluation'}"
    )
