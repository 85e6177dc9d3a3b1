"""TensorFlow Datasets, loaded only when something asks for it."""

from st_keras.validation import error


def require_tfds(where):
    """Return the module `tensorflow_datasets`.

    Args:
        where: str. Who asks; the error begins with it.

    Raises:
        ValueError: if it is not installed.
    """
    try:
        import tensorflow_datasets
    except ImportError as exc:
        raise error(
            where,
            f"an installation without TensorFlow Datasets ({exc})",
            "the package tensorflow_datasets",
            "Install it with: pip install 'st_keras[data]'",
        ) from exc
    return tensorflow_datasets
