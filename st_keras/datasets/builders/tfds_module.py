"""TensorFlow Datasets, loaded only when something asks for it."""

from st_keras.validation import require


def require_tfds(where):
    """Return the module `tensorflow_datasets`, or raise `ValueError` if it is not installed."""
    return require(where, "tensorflow_datasets", "TensorFlow Datasets", "data")
