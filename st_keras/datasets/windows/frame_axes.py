"""Which axis of a user's array is which: named by its letters, or told by the rank."""

from st_keras.validation import error

# N sequences, T frames, H x W pixels, C channels: the order in which this package has them.
LETTERS = "NTHWC"
_NEEDED = "THW"
_MOST_CHANNELS_GUESSED = 4


def read_axes(where, shape, axes=None):
    """Return the names of the axes of an array, one letter for each.

    Args:
        where: str. Who asks; the errors begin with it.
        shape: tuple of ints.
        axes: str, T, H and W, and N and C where the array has them, in the order of the array:
            "NTCHW" as PyTorch stores video, "NHWT" as SEVIR does. None (default): told by the
            rank. Three axes are THW; five are NTHWC; four are THWC if the last has at most 4
            entries, else NTHW. The shape may speak against that: with five axes the last is
            larger than the smaller of the two before it; with four read as NTHW the second
            equals the third but not the last, or the last is less than half of the third; with
            three the first equals the second but not the last. Then it is refused.

    Returns:
        str.

    Raises:
        ValueError: if the name is none, does not fit the rank, or has to be given.

    Example:
    >>> read_axes("doc", (36, 64, 48)), read_axes("doc", (8, 3, 20, 64, 64), "NCTHW")
    ('THW', 'NCTHW')
    """
    shape = tuple(shape)
    if axes == "HW" and len(shape) == 2:
        raise error(
            where,
            "a static field, axes HW, where frames in time are wanted",
            "frames with an axis T",
            "Name a variable that has frames; the field may stand beside it: "
            "variable='rainfall_rate,height'.",
        )
    if axes is not None:
        _check_name(where, axes)
        if len(axes) != len(shape):
            raise _other_rank(where, shape, f"axes {axes}")
        return axes
    if not 3 <= len(shape) <= 5:
        raise _other_rank(where, shape, "3, 4 or 5 axes: THW, THWC, NTHW or NTHWC")
    guess, other = _guess(shape)
    if other:
        raise error(
            where,
            f"frames of shape {shape} whose axes have no name: read as {guess} they are "
            f"{describe_axes(shape, guess)}; as {other}, {describe_axes(shape, other)}",
            "named axes, where a guess is likely to be wrong",
            f"Pass axes={other!r} or axes={guess!r}, whichever is right (--axes on the command "
            "line).",
        )
    return guess


def describe_axes(shape, axes):
    """Say what an array of that shape holds, if its axes have those names.

    Args:
        shape: tuple of ints.
        axes: str, as `read_axes` returns it.

    Returns:
        str.

    Example:
    >>> describe_axes((3, 384, 400, 49), "NHWT")
    '3 sequences of 49 frames, 384 x 400 pixels, 1 channel'
    """
    size = {"N": 1, "C": 1, **dict(zip(axes, shape, strict=True))}
    return (
        f"{count_of(size['N'], 'sequence')} of {count_of(size['T'], 'frame')}, "
        f"{size['H']} x {size['W']} pixels, {count_of(size['C'], 'channel')}"
    )


def _guess(shape):
    """Return the reading by rank, and the one that the shape speaks for; None if it does not."""
    *_, before, last = shape
    if len(shape) == 5:
        return "NTHWC", "NTCHW" if last > min(shape[2:4]) else None
    if len(shape) == 3:
        return "THW", "HWT" if shape[0] == before != last else None
    if last <= _MOST_CHANNELS_GUESSED:
        return "THWC", None
    time_last = shape[1] == before != last or 2 * last < before
    return "NTHW", "NHWT" if time_last else None


def _check_name(where, axes):
    known = isinstance(axes, str) and len(set(axes)) == len(axes)
    if not known or not set(_NEEDED) <= set(axes) <= set(LETTERS):
        raise error(
            where,
            f"axes={axes!r}",
            "each axis by its letter, once, in the order of the array: T (frames), H and W "
            "(pixels), and N (sequences) and C (channels) where there are such",
            "Pass for example axes='NTHWC', 'NTCHW' or 'NHWT'.",
        )


def _other_rank(where, shape, required):
    return error(
        where,
        f"frames of shape {shape}, rank {len(shape)}",
        required,
        "Name the axes that there are, or stack the frames along time with numpy.stack.",
    )


def count_of(number, thing):
    """Return for example "1 frame" or "2 frames"."""
    return f"{number} {thing}{'' if number == 1 else 's'}"
