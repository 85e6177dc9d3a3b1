"""Argument checks for all rows: every error says what came, what is required, what to do."""

import importlib
import numbers
import pathlib

import numpy as np


class InputError(ValueError):
    """A `ValueError` about something the user passed, which the command line prints as it is."""

    # Inside a tf.function AutoGraph raises an error of this class again, not a StagingError, only
    # if the class has this very constructor.
    __init__ = Exception.__init__


def error(where, received, required, action):
    """Build the package's three-part `ValueError`.

    Args:
        where: str. The class, function or command-line flag that refuses.
        received: str. What came.
        required: str. What is required instead.
        action: str. What the user can do about it.

    Returns:
        An `InputError`, to be raised by the caller.

    Example:

    >>> error("PredRNN", "patch_size=0", "an int of at least 1", "Use patch_size=4.")
    InputError('PredRNN: received patch_size=0. Required: an int of at least 1. Use patch_size=4.')
    """
    return InputError(f"{where}: received {received}. Required: {required}. {action}")


def require(where, module, package, extra, instead=""):
    """Import a module of an optional package, or say how to install it.

    Args:
        where: str. Who asks; the error begins with it.
        module: str, what is imported, such as "safetensors.numpy".
        package: str, how the package is called.
        extra: str, the extra of this package that brings it.
        instead: str, what the user can do without it. Default: nothing.

    Returns:
        The module.

    Raises:
        ValueError: if it cannot be imported.

    Example:

    >>> require("example", "json.decoder", "json", "none").__name__
    'json.decoder'
    """
    try:
        return importlib.import_module(module)
    except ImportError as reason:
        raise error(
            where,
            f"an installation without {package} ({reason})",
            f"the package {package}{instead and ', or '}{instead}",
            f"Install it with: pip install 'st_keras[{extra}]'",
        ) from reason


def check_int(where, name, value, minimum):
    """Return `value` as an `int` of at least `minimum`, or raise `ValueError`."""
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or value < minimum:
        raise error(
            where,
            f"{name}={value!r}",
            f"an int of at least {minimum}",
            f"Pass {name}={minimum} or more.",
        )
    return int(value)


def check_number(where, name, value, minimum=None, maximum=None):
    """Return `value` as a finite `float` within [minimum, maximum], or raise `ValueError`."""
    real = isinstance(value, numbers.Real) and not isinstance(value, bool) and np.isfinite(value)
    low_ok = real and (minimum is None or value >= minimum)
    high_ok = real and (maximum is None or value <= maximum)
    if not (low_ok and high_ok):
        low = "-inf" if minimum is None else minimum
        high = "inf" if maximum is None else maximum
        raise error(
            where,
            f"{name}={value!r}",
            f"a finite number in [{low}, {high}]",
            f"Pass a value of {name} in that range.",
        )
    return float(value)


def check_one_of(where, name, value, allowed):
    """Return `value` if it is one of `allowed`, or raise `ValueError` that lists them."""
    if value not in tuple(allowed):
        names = ", ".join(repr(a) for a in allowed)
        raise error(where, f"{name}={value!r}", f"one of {names}", f"Pass one of these as {name}.")
    return value


def check_rank(where, name, shape, axes):
    """Raise `ValueError` unless `shape` has one entry per name in `axes`, such as ("B", "T")."""
    if getattr(shape, "rank", 0) is None:  # a tensor of which TensorFlow knows nothing
        raise error(
            where,
            f"{name} of unknown shape",
            f"rank {len(axes)}, axes ({', '.join(axes)})",
            "Set it, as in dataset.map(lambda x: tf.ensure_shape(x, "
            f"({', '.join('None' if axis == 'B' else axis for axis in axes)}))).",
        )
    if len(shape) != len(axes):
        raise error(
            where,
            f"{name} of shape {tuple(shape)}, rank {len(shape)}",
            f"rank {len(axes)}, axes ({', '.join(axes)})",
            "Add or remove axes with numpy.reshape or array[..., None].",
        )


def check_steps(where, name, array, frames_shape):
    """Raise `ValueError` unless `array`, if there is one, is (B, T) as the frames are (B, T, ...).

    Sizes that are unknown (None) pass.
    """
    if array is None:
        return
    shape = array.shape if hasattr(array, "shape") else np.shape(array)
    check_rank(where, name, shape, ("B", "T"))
    sizes = zip(shape, frames_shape[:2], strict=True)
    if any(None not in pair and pair[0] != pair[1] for pair in sizes):
        raise error(
            where,
            f"{name} of shape {tuple(shape)} for frames of shape {tuple(frames_shape)}",
            "one entry for each sequence and each time step of the frames, (B, T)",
            f"Cut the {name} as the frames were cut.",
        )


def check_divisible(where, name, size, divisor_name, divisor):
    """Raise `ValueError` unless `size` (int, or None if unknown) is a multiple of `divisor`."""
    if size is not None and size % divisor:
        raise error(
            where,
            f"{name}={size} with {divisor_name}={divisor}",
            f"{name} divisible by {divisor_name}",
            f"Crop or pad {name} to {size - size % divisor} or {size - size % divisor + divisor}, "
            f"or choose another {divisor_name}.",
        )


def check_file(where, path):
    """Return `path` as a `pathlib.Path` if a file is there, or raise `ValueError`."""
    if not pathlib.Path(path).is_file():
        raise error(
            where,
            f"path {str(path)!r}, which is no file",
            "an existing file",
            "Check the spelling and the folder.",
        )
    return pathlib.Path(path)
