"""Moving MNIST in its two published forms: `mnist_test_seq.npy`, and npz files with clips.

The npy is uint8 (20, N, 64, 64), time first. The npz files of the PredRNN code hold
`input_raw_data` (frames, C, H, W) and `clips` (2, N, 2): first frame and length of what is observed
of each sequence, and of what is to be predicted. `dims` has two rows where the latter lies in
`output_raw_data`.
"""

import pathlib

import numpy as np

from st_keras.datasets.archives.decoded_values import DecodedValues
from st_keras.datasets.archives.frames import Frames
from st_keras.datasets.archives.mapped_values import MappedValues
from st_keras.datasets.archives.numbered_sequences import NumberedSequences
from st_keras.datasets.readers import npy, npz
from st_keras.datasets.readers.reader import VARIABLE, Reader
from st_keras.datasets.readers.urls import is_url
from st_keras.files.npz_file import open_npz
from st_keras.validation import error

WHERE = "reader 'moving_mnist'"
CANONICAL = "mnist_test_seq.npy"
_INPUT, _OUTPUT, _CLIPS, _DIMS = "input_raw_data", "output_raw_data", "clips", "dims"


def _open(path, variable=None):
    if variable is not None:
        return npz.READER.open(path, variable)
    return _open_npy(path) if str(path).endswith(".npy") else _open_npz(path)


def _open_npy(path):
    array = npy.READER.open(path)
    if array.dtype != np.uint8 or array.ndim != 4 or array.shape[0] != 20:
        raise error(
            WHERE,
            f"{str(path)!r} with {array.dtype} of shape {array.shape}",
            "uint8 (20, N, 64, 64), as published: 20 frames first, then the sequences",
            "Pass the file as published; rename another array, and it is read as any .npy.",
        )
    return Frames(
        values=DecodedValues(MappedValues(array), 1 / 255), axes="TNHW", value_range=(0.0, 1.0)
    )


def _open_npz(path):
    with open(path, "rb") as file, open_npz(file) as archive:
        small = archive.read([_CLIPS, _DIMS])
        names = [_INPUT] + [_OUTPUT] * (len(small[_DIMS]) > 1)
        maps = {name: archive.mapped(name, path) for name in names}
        packed = [name for name in names if maps[name] is None]
        maps |= archive.read(packed)
    arrays = [MappedValues(maps[name]) if name not in packed else maps[name] for name in names]
    first, last = arrays[0], arrays[-1]
    clips = small[_CLIPS]
    _check(path, clips, small[_DIMS], first, last)
    (ins, outs), (long, more) = clips[..., 0].tolist(), clips[:, 0, 1].tolist()

    def read(n, begin, end):
        parts = []
        if begin < long:
            parts.append(first[ins[n] + begin : ins[n] + min(end + 1, long)])
        if end >= long:
            parts.append(last[outs[n] + max(begin - long, 0) : outs[n] + end + 1 - long])
        return np.moveaxis(np.concatenate(parts), 1, -1)

    shape = (clips.shape[1], long + more, *first.shape[2:], first.shape[1])
    size = sum(maps[name].nbytes for name in packed) / 2**30
    note = f"Its frames are compressed: all of them are held in memory ({size:.1f} GiB)."
    return Frames(
        values=NumberedSequences(read, shape, first.dtype),
        axes="NTHWC",
        notes=(note,) if packed else (),
    )


def _check(path, clips, dims, first, last):
    good = clips.dtype.kind in "iu" and clips.ndim == 3 and clips.shape[::2] == (2, 2)
    good = good and clips.shape[1] > 0
    if not good or len(first.shape) != 4 or last.shape[1:] != first.shape[1:]:
        raise error(
            WHERE,
            f"{str(path)!r} with clips of shape {clips.shape} and frames of shape {first.shape}",
            "whole numbers clips (2, N, 2) and frames (n, C, H, W)",
            "Pass the file as published.",
        )
    if tuple(dims[0]) != tuple(first.shape[1:]):
        raise error(
            WHERE,
            f"{str(path)!r} with dims {dims[0].tolist()} and frames of shape {first.shape[1:]}",
            "frames of the size that dims says",
            "Pass the file as published.",
        )
    starts, lengths = clips[..., 0], clips[..., 1]
    ends = (starts + lengths).max(axis=1)
    if (lengths != lengths[:, :1]).any() or lengths.min() < 1:
        raise error(
            WHERE,
            f"{str(path)!r} with clips of {lengths.min()} to {lengths.max()} frames",
            "sequences of one length, each with frames to observe and to predict",
            "Pass the file as published.",
        )
    if starts.min() < 0 or ends[0] > first.shape[0] or ends[1] > last.shape[0]:
        raise error(
            WHERE,
            f"{str(path)!r} with {first.shape[0]} frames, and clips up to frame {ends.max()}",
            "clips within the frames",
            "Copy or download it again; of several files joined into one, the clips have to be "
            "shifted by frames.",
        )


def _detect(path):
    if pathlib.PurePath(path).name == CANONICAL:
        return True
    if not path.endswith(".npz") or is_url(path):
        return False
    try:
        with open(path, "rb") as file, open_npz(file) as archive:
            return {_INPUT, _CLIPS, _DIMS} <= set(archive.names)
    except Exception:  # whatever damaged archives raise: the reader that opens it says so
        return False


READER = Reader(
    name="moving_mnist",
    suffixes=(".npy", ".npz"),
    open=_open,
    options=(VARIABLE,),
    detect=_detect,
)
