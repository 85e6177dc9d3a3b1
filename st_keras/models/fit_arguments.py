"""The arguments of `fit` and its relatives by name, and those that mean nothing here."""

from st_keras.validation import error

# In the order in which Keras takes them.
FIT = (
    *("x", "y", "batch_size", "epochs", "verbose", "callbacks", "validation_split"),
    *("validation_data", "shuffle", "class_weight", "sample_weight", "initial_epoch"),
    *("steps_per_epoch", "validation_steps", "validation_batch_size", "validation_freq"),
)
EVALUATE = ("x", "y", "batch_size", "verbose", "sample_weight", "steps", "callbacks", "return_dict")
TRAIN_ON_BATCH = ("x", "y", "sample_weight", "class_weight", "return_dict")


def arguments_by_name(names, args, kwargs):
    """Return what a method is called with as a dict.

    Args:
        names: tuple of str, the arguments of the method in their order.
        args, kwargs: as they came.

    Raises:
        TypeError: for more arguments than names, or one that came twice.

    Example:

    >>> arguments_by_name(TRAIN_ON_BATCH, ("frames",), {"sample_weight": 1.0})
    {'x': 'frames', 'sample_weight': 1.0}
    """
    placed = dict(zip(names, args, strict=False))
    twice = sorted(set(placed) & set(kwargs))
    if len(args) > len(names) or twice:
        what = f"{twice} twice" if twice else f"{len(args)} arguments"
        raise TypeError(f"received {what}; takes {', '.join(names)}")
    return {**placed, **kwargs}


def refuse_class_weight(where, arguments):
    """Raise `ValueError` if `class_weight` is among the arguments: frames have no classes."""
    if arguments.get("class_weight") is not None:
        raise error(
            where,
            "class_weight",
            "frames, which have no classes",
            "Weigh whole sequences with sample_weight, one number each, or drop it.",
        )
