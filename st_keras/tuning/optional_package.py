"""keras-tuner, which only a search needs, loaded when one is asked for."""

from st_keras.validation import error


def require_keras_tuner(where):
    """Return the module `keras_tuner`.

    Args:
        where: str. Who asks; the error begins with it.

    Raises:
        ValueError: if it is not installed.

    Example:

    >>> require_keras_tuner("search").HyperParameters().Fixed("layers", 2)
    2
    """
    try:
        import keras_tuner
    except ImportError as reason:
        raise error(
            where,
            f"a search that needs keras-tuner, which is not installed ({reason})",
            "the package keras-tuner",
            "Install it with: pip install 'st_keras[tune]'",
        ) from reason
    return keras_tuner
