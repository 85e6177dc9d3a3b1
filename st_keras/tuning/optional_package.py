"""keras-tuner, which only a search needs, loaded when one is asked for."""

from st_keras.validation import require


def require_keras_tuner(where):
    """Return the module `keras_tuner`, or raise `ValueError` if it is not installed."""
    return require(where, "keras_tuner", "keras-tuner", "tune")
