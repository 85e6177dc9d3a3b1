"""`st-keras evaluate` for a file that holds a SlowVAE."""

from st_keras.cli.run_folder import RunFolder
from st_keras.cli.slowvae.evaluation import check_images_fit, score_and_draw
from st_keras.cli.slowvae.pair_data import open_pairs


def run(options, model):
    """Score the codes of the model, and draw them."""
    folder = RunFolder(options.out)
    source = open_pairs(options)
    check_images_fit(model, source)
    score_and_draw(model, source, options.protocol or "quick", options.seed or 0, folder.create())
    print(f"\nWritten:\n{folder.report()}")
