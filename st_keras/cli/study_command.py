"""`st-keras study MODEL`: the same data, several methods and seeds, scores with intervals."""

from st_keras.cli.slowvae import study


def run(options):
    """Run the study of the model."""
    {"slowvae": study.run}[options.model](options)
