"""Users' arrays of frames: which axis is which, and whether the numbers can be learnt from."""

import numpy as np

from st_keras.validation import check_divisible, check_int, check_one_of, error

AXES = ("NTHWC", "NTHW", "THWC", "THW")

# Values looked at in one go: bounds the memory taken when the array is a mapped file.
_BLOCK_VALUES = 2**22


def view_as_sequences(where, frames, axes=None):
    """Give an array of frames all five axes, without copying it.

    Args:
        where: str. Who asks; the errors begin with it.
        frames: array-like of real numbers with the axes (N, T, H, W, C), (N, T, H, W),
            (T, H, W, C) or (T, H, W).
        axes: "NTHWC", "NTHW", "THWC", "THW", or None (default): told by the rank, four axes
            being (T, H, W, C) if the last has at most 4 entries and (N, T, H, W) otherwise.

    Returns:
        `(sequences, axes)`: the array as (N, T, H, W, C), and the name of its own axes.

    Raises:
        ValueError: if it has another rank, no elements, masked entries, or no real dtype.

    Example:
    >>> sequences, axes = view_as_sequences("doc", np.zeros((36, 64, 48), "uint8"))
    >>> sequences.shape, axes
    ((1, 36, 64, 48, 1), 'THW')
    """
    array = _real_array(where, frames)
    if axes is None:
        by_channels = "THWC" if array.ndim == 4 and array.shape[-1] <= 4 else "NTHW"
        axes = {3: "THW", 4: by_channels, 5: "NTHWC"}.get(array.ndim)
    else:
        check_one_of(where, "axes", axes, AXES)
    if axes is None or len(axes) != array.ndim:
        wanted = "3, 4 or 5 axes: " + ", ".join(AXES) if axes is None else f"axes {axes}"
        raise error(
            where,
            f"frames of shape {array.shape}, rank {array.ndim}",
            wanted,
            "Stack the frames along time with numpy.stack; move axes with numpy.transpose.",
        )
    if array.size == 0:
        raise error(
            where,
            f"frames of shape {array.shape}, without elements",
            "at least one frame with one pixel",
            "Check the step that cut or filtered them.",
        )
    if axes[0] != "N":
        array = array[None]
    return (array if axes[-1] == "C" else array[..., None]), axes


def check_frame_size(where, sequences, patch_size):
    """Raise `ValueError` unless height and width are multiples of `patch_size`.

    Args:
        where: str. Who asks; the error begins with it.
        sequences: (N, T, H, W, C).
        patch_size: int of at least 1, or None for no check.

    Raises:
        ValueError: if `patch_size` is no such int, or does not divide H and W.

    Example:
    >>> check_frame_size("doc", np.zeros((1, 20, 64, 48, 1)), patch_size=4)
    """
    if patch_size is None:
        return
    patch_size = check_int(where, "patch_size", patch_size, 1)
    check_divisible(where, "frame height", sequences.shape[2], "patch_size", patch_size)
    check_divisible(where, "frame width", sequences.shape[3], "patch_size", patch_size)


def check_values(where, sequences, axes):
    """Refuse NaN, infinity and constant data.

    Args:
        where: str. Who asks; the errors begin with it.
        sequences: (N, T, H, W, C).
        axes: str. Names of the user's own axes, for the error.

    Returns:
        `(low, high)`: smallest and largest value, floats in the data's units.

    Raises:
        ValueError: if a value is NaN or infinite (also after the cast to float32), or if all
            values are one.

    Example:
    >>> check_values("doc", np.arange(8.0).reshape(1, 2, 2, 2, 1), "THW")
    (0.0, 7.0)
    """
    bad, first = 0, None
    low, high = np.inf, -np.inf
    for n in range(len(sequences)):
        for start, block in _blocks(sequences[n], 0, sequences.shape[1]):
            finite = np.isfinite(block)
            if finite.all():
                low, high = min(low, float(block.min())), max(high, float(block.max()))
                continue
            if first is None:
                t, y, x, channel = np.argwhere(~finite)[0].tolist()
                place = dict(zip("NTHWC", (n, start + t, y, x, channel), strict=True))
                first = tuple(place[axis] for axis in axes)
                value = block[t, y, x, channel]
            bad += int(block.size - np.count_nonzero(finite))
    if bad:
        raise error(
            where,
            f"{bad} NaN or infinite values in frames, the first {value} at index {first} of "
            f"axes {axes}",
            "finite numbers",
            "Fill gaps, for example with numpy.nan_to_num(frames, nan=0.0), or leave out the "
            "frames that have them.",
        )
    if max(-low, high) > float(np.finfo("float32").max):
        raise error(
            where,
            f"values in [{low:g}, {high:g}]",
            "values within float32, 3.4e38 at most",
            "Rescale the frames, or replace the fill value.",
        )
    if np.float32(low) == np.float32(high):
        raise error(
            where,
            f"constant frames: every value is {low:g} in float32",
            "at least two different values, or there is nothing to learn",
            "Check the file, the variable and the unit conversion; subtract a large offset.",
        )
    return low, high


def value_range(sequences, spans):
    """Smallest and largest value over some spans of frames.

    Args:
        sequences: (N, T, H, W, C), finite.
        spans: iterable of `(sequence, start, stop)`, in frames.

    Returns:
        `(low, high)`: floats in the data's units.

    Example:
    >>> value_range(np.arange(8.0).reshape(1, 2, 2, 2, 1), [(0, 1, 2)])
    (4.0, 7.0)
    """
    extremes = [
        (float(block.min()), float(block.max()))
        for n, start, stop in spans
        for _, block in _blocks(sequences[n], start, stop)
    ]
    return min(low for low, _ in extremes), max(high for _, high in extremes)


def _real_array(where, frames):
    if isinstance(frames, np.ma.MaskedArray):
        masked = int(np.ma.count_masked(frames))
        if masked:
            # numpy.asarray would hand on the numbers under the mask as if they were data.
            raise error(
                where,
                f"frames with {masked} masked entries",
                "a value for every pixel",
                "Fill them with frames.filled(0), or leave out the frames that have them.",
            )
        frames = frames.data
    try:
        array = np.asarray(frames)
    except (ValueError, TypeError) as exc:
        raise error(
            where,
            f"frames that form no array ({exc})",
            "frames of equal shape",
            "Crop or resize them to one shape and use numpy.stack.",
        ) from exc
    if array.dtype.kind not in "biuf":
        raise error(
            where,
            f"frames of dtype {array.dtype}",
            "real numbers: bool, integers or floats",
            "Load files first (load_array_file), and convert with frames.astype('float32').",
        )
    return array


def _blocks(sequence, start, stop):
    size = max(1, _BLOCK_VALUES // sequence[0].size)
    for at in range(start, stop, size):
        yield at, sequence[at : min(at + size, stop)]
