"""`st-keras study SUBJECT`: the same data, several methods and seeds, scores with intervals."""

from st_keras.cli.modes import study as modes
from st_keras.cli.slowvae import study as slowvae


def run(options):
    """Run the study of the subject."""
    {"modes": modes.run, "slowvae": slowvae.run}[options.model](options)
