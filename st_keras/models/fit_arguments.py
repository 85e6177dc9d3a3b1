"""The arguments of `fit` and its relatives by name, and those that mean nothing here."""

import inspect

from st_keras.validation import error


def arguments_by_name(method, args, kwargs):
    """Return what a method is called with as a dict.

    Args:
        method: a bound method. Keywords that it does not name are its `kwargs`.
        args, kwargs: as they came.

    Example:

    >>> arguments_by_name("a b".split, (" ",), {})
    {'sep': ' '}
    """
    named = dict(inspect.signature(method).bind_partial(*args, **kwargs).arguments)
    return {**named.pop("kwargs", {}), **named}


def refuse_class_weight(where, arguments):
    """Raise `ValueError` if `class_weight` is among the arguments: frames have no classes."""
    if arguments.get("class_weight") is not None:
        raise error(
            where,
            "class_weight",
            "frames, which have no classes",
            "Weigh whole sequences with sample_weight, one number each, or drop it.",
        )
