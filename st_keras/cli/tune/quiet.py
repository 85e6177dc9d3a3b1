"""Hide what keras-tuner and scikit-learn print on the way; results and refusals are ours to say."""

import contextlib
import os
import warnings

from st_keras.tuning.optional_package import require_keras_tuner


@contextlib.contextmanager
def quiet():
    """Print nothing of keras-tuner's within the block: it prints for notebooks and developers.

    Example:

    >>> with quiet():
    ...     print("hidden")
    """
    config = require_keras_tuner("search").src.config
    before = config.DEBUG
    config.DEBUG = False  # prints the traceback of a failed trial, whose log has it
    try:
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
            with warnings.catch_warnings():
                # Of the Gaussian process, which a few trials cannot pin down.
                warnings.filterwarnings("ignore", module=r"sklearn\.")
                yield
    finally:
        config.DEBUG = before
