"""A `keras_tuner.HyperModel` that needs keras-tuner only when one is made."""

import functools

from st_keras.tuning.optional_package import require_keras_tuner


class LazyHyperModel:
    """Base of the search spaces; instances are `keras_tuner.HyperModel`s too.

    keras-tuner asks for its own base class (`isinstance`), and importing st_keras must not import
    keras-tuner: so the base is added to the class of an instance when it is made.

    Args:
        name: str or None. Default None.
        tunable: bool. False: what is not in the tuner's `hyperparameters` keeps its default.
            Default True.

    Raises:
        ValueError: if keras-tuner is not installed; the message has the pip line.

    Example:

    >>> import keras_tuner
    >>> class Nothing(LazyHyperModel):
    ...     def build(self, hp):
    ...         return None
    >>> issubclass(Nothing, keras_tuner.HyperModel)
    False
    >>> isinstance(Nothing(), keras_tuner.HyperModel), isinstance(Nothing(), Nothing)
    (True, True)
    """

    def __new__(cls, *args, **kwargs):
        """Make an instance of this class and of keras-tuner's."""
        return super().__new__(_with_its_base(cls))

    def __init__(self, name=None, tunable=True):
        # The next in line is `keras_tuner.HyperModel`, which wraps `build`.
        super().__init__(name=name, tunable=tunable)


@functools.cache
def _with_its_base(cls):
    base = require_keras_tuner(cls.__name__).HyperModel
    if issubclass(cls, base):
        return cls
    return type(cls.__name__, (cls, base), {"__module__": cls.__module__, "__doc__": cls.__doc__})
