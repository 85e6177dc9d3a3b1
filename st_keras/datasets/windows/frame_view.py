"""Users' arrays of frames as one kind of thing, wherever they lie: in memory or in a file."""

import numbers

import numpy as np

from st_keras.datasets.windows.frame_axes import LETTERS, read_axes
from st_keras.validation import InputError, check_divisible, check_int, error

# Values looked at in one go: bounds the memory taken when the array lies in a file.
_BLOCK_VALUES = 2**22


class FrameView:
    """Sequences of frames (N, T, H, W, C), read a stretch at a time; nothing is copied or loaded.

    Made by `view_frames`.

    Args:
        where: str. Who asks; the errors begin with it.
        source: NumPy array, or anything with `shape`, `dtype` and slicing, such as an HDF5
            dataset.
        axes: str. Names of its axes, as `read_axes` returns them.

    Attributes:
        axes: as given.
        shape: (N, T, H, W, C); T of the longest sequence.
        lengths: list of N ints, the frames of each sequence.
        dtype: NumPy dtype of what `read` returns.

    Raises:
        ValueError: if the first frame cannot be read, or holds no real numbers.

    Example:
    >>> view = FrameView("doc", np.zeros((3, 2, 36, 64, 48), "uint8"), "NCTHW")
    >>> view.shape, view.read(0, 4, 24).shape
    ((3, 36, 64, 48, 2), (20, 64, 48, 2))
    """

    def __init__(self, where, source, axes):
        self.axes = axes
        self._where, self._source = where, source
        size = dict(zip(axes, map(int, source.shape), strict=True))
        self.shape = tuple(size.get(letter, 1) for letter in LETTERS)
        self.lengths = [self.shape[1]] * self.shape[0]
        # From the numbers: what stands in a file may be of another type, until it is scaled.
        self.dtype = self._frame_of_any().dtype
        _check_real(where, self.dtype)

    def read(self, sequence, start, stop):
        """Read frames of one sequence.

        Args:
            sequence, start, stop: ints; the frames from `start` on, before `stop`.

        Returns:
            Array (stop - start, H, W, C), of the array's own dtype: a view where the array is in
            memory.

        Raises:
            ValueError: if the file behind it is closed or damaged, or entries are masked.
        """
        wanted = {"N": sequence, "T": slice(start, stop)}
        index = tuple(wanted.get(letter, slice(None)) for letter in self.axes)
        part = self._read(index, f"{start} to {stop - 1} of sequence {sequence}")
        left = self.axes.replace("N", "")
        part = part.transpose([left.index(letter) for letter in LETTERS if letter in left])
        return part if "C" in left else part[..., None]

    def blocks(self, sequence, start, stop):
        """Read frames of one sequence, as many at a time as take little memory.

        Args:
            sequence, start, stop: ints, as for `read`.

        Yields:
            `(at, block)`: the number of its first frame, and an array (t, H, W, C).
        """
        yield from in_blocks(self, sequence, start, stop)

    def _frame_of_any(self):
        try:
            return self.read(0, 0, 1)
        except InputError:
            if self.shape[1] == 1:
                raise
        # Whoever looks at the first will be told that it is damaged.
        return self.read(0, self.shape[1] - 1, self.shape[1])

    def _read(self, index, which):
        try:
            part = self._source[index]
            masked = int(np.ma.count_masked(part)) if isinstance(part, np.ma.MaskedArray) else 0
            part = np.asarray(part)
        except InputError:
            raise
        except Exception as exc:
            # Each kind of file has errors of its own for what is closed, cut off or damaged.
            raise error(
                self._where,
                f"frames {which} that cannot be read ({type(exc).__name__}: {exc})",
                "an array, or an open file that is whole",
                "Keep the file open as long as its frames are read; copy or write it again if it "
                "is damaged: `st-keras inspect` says where.",
            ) from exc
        if masked:
            raise _masked(self._where, masked)
        return part


def in_blocks(view, sequence, start, stop, frame_shape=None):
    """Read frames of one sequence of any view, as many at a time as take little memory.

    Args:
        view: `FrameView`, or what reads frames as one does.
        sequence, start, stop: ints.
        frame_shape: (H, W, C) of what a frame is made from. Default: that of the view.

    Yields:
        `(at, block)`: the number of its first frame, and an array (t, H, W, C).
    """
    size = max(1, _BLOCK_VALUES // int(np.prod(frame_shape or view.shape[2:])))
    for at in range(start, stop, size):
        yield at, view.read(sequence, at, min(at + size, stop))


def view_frames(where, frames, axes=None):
    """See an array of frames as sequences, without copying or loading it.

    Args:
        where: str. Who asks; the errors begin with it.
        frames: array-like of real numbers, or anything with `shape`, `dtype` and slicing, which
            stays where it is and is read as it is needed; or a list of such arrays (T, H, W) or
            (T, H, W, C), sequences of different length.
        axes: str, names of the axes, or None (default) to tell by the rank: see `read_axes`.

    Returns:
        `FrameView`, or `JoinedView` of a list of sequences.

    Raises:
        ValueError: if the axes do not fit or have to be named, or there are no elements, masked
            entries, or no real numbers.

    Example:
    >>> view = view_frames("doc", np.zeros((36, 64, 48), "uint8"))
    >>> view.shape, view.axes
    ((1, 36, 64, 48, 1), 'THW')
    """
    if _are_sequences(frames, axes):
        from st_keras.datasets.windows.joined_view import JoinedView

        return JoinedView(where, [view_frames(where, each, axes) for each in frames])
    source = _array(where, frames)
    shape = tuple(int(size) for size in source.shape)
    axes = read_axes(where, shape, axes)
    if 0 in shape:
        raise error(
            where,
            f"frames of shape {shape}, without elements",
            "at least one frame with one pixel",
            "Check the step that cut or filtered them.",
        )
    return FrameView(where, source, axes)


def check_frame_size(where, shape, patch_size):
    """Raise `ValueError` unless height and width are multiples of `patch_size`.

    Args:
        where: str. Who asks; the error begins with it.
        shape: (N, T, H, W, C).
        patch_size: int of at least 1, or None for no check.

    Raises:
        ValueError: if `patch_size` is no such int, or does not divide H and W.

    Example:
    >>> check_frame_size("doc", (1, 20, 64, 48, 1), patch_size=4)
    """
    if patch_size is None:
        return
    patch_size = check_int(where, "patch_size", patch_size, 1)
    check_divisible(where, "frame height", shape[2], "patch_size", patch_size)
    check_divisible(where, "frame width", shape[3], "patch_size", patch_size)


def _are_sequences(frames, axes):
    """Tell whether these are sequences of different length, or several arrays in files."""
    if not isinstance(frames, (list, tuple)) or not frames:
        return False
    shapes = [getattr(each, "shape", ()) for each in frames]
    if min(map(len, shapes)) < 3:
        return False
    if axes is not None and {len(axes)} == set(map(len, shapes)):
        return True  # none is left for the list itself
    in_files = not any(isinstance(each, np.ndarray) for each in frames)
    return in_files or len(set(shapes)) > 1


def _array(where, frames):
    """Return a NumPy array that shares memory where it can, or `frames` if they lie in a file."""
    if isinstance(frames, np.ma.MaskedArray):
        masked = int(np.ma.count_masked(frames))
        if masked:
            raise _masked(where, masked)
        frames = frames.data
    if _is_lazy(where, frames):
        _check_real(where, np.dtype(frames.dtype))
        return frames
    try:
        array = np.asarray(frames)
    except Exception as exc:
        # Symbolic tensors have errors of their own.
        raise error(
            where,
            f"frames that form no array ({exc})",
            "frames of equal shape",
            "Crop or resize them to one shape and use numpy.stack.",
        ) from exc
    _check_real(where, array.dtype)
    return array


def _is_lazy(where, frames):
    # Tensors of TensorFlow, PyTorch and JAX are in memory already: they speak DLPack.
    if isinstance(frames, np.ndarray) or hasattr(frames, "__dlpack__"):
        return False
    try:
        np.dtype(frames.dtype)
        known = all(isinstance(size, numbers.Integral) for size in frames.shape)
        return known and hasattr(frames, "__getitem__")
    except (AttributeError, TypeError):
        return False
    except Exception as exc:
        raise error(
            where,
            f"frames whose shape cannot be read ({type(exc).__name__}: {exc})",
            "an array, or an open file",
            "Keep the file open as long as its frames are read.",
        ) from exc


def _check_real(where, dtype):
    if dtype.kind not in "biuf":
        raise error(
            where,
            f"frames of dtype {dtype}",
            "real numbers: bool, integers or floats",
            "Load files first (load_array_file), and convert with frames.astype('float32').",
        )


def _masked(where, count):
    # numpy.asarray would hand on the numbers under the mask as if they were data.
    return error(
        where,
        f"frames with {count} masked entries",
        "a value for every pixel",
        "Pass missing='mask', and they are NaN; or fill them with frames.filled(0).",
    )
