"""Files of KITTI Masks: the published pickle, or an npz with packed masks."""

import pathlib

import numpy as np

from st_keras.datasets.pairs.restricted_pickle import load_plain_pickle
from st_keras.datasets.readers.npz import read_npz
from st_keras.validation import error

_MASKS, _LATENTS = "pedestrians", "pedestrians_latents"
_NPZ_KEYS = ("masks_packed", "lengths", "latents")
NUM_FACTORS = 3
# The npz has no place for the image size: all known files are as published.
_NPZ_SIZE = (64, 64)


def read_kitti_masks(where, path):
    """Read sequences of binary masks and their latents from a pickle or npz file.

    Args:
        where: str. Who asks; the errors begin with it.
        path: str or path. `.npz`: `masks_packed` (frames, 512) uint8, the bits of 64x64 masks as
            `numpy.packbits` writes them; `lengths` (sequences,) ints; `latents` (frames, 3).
            Anything else: a pickle `{"pedestrians": [bool (T_i, H, W)], "pedestrians_latents":
            [float32 (T_i, 3)]}`, read without executing it.

    Returns:
        `(packed, size, lengths, latents)`: uint8 (frames, bytes), a frame's bits per row;
        `(H, W)`; int64 (sequences,); float64 (frames, 3): centre y, centre x and area, in
        pixels.

    Raises:
        ValueError: if the file is missing, damaged, executes code or lacks a key; if masks are
            not binary or not of one size, latents are not finite, or lengths disagree.

    Example:
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "masks.npz"
    ...     np.savez(path, masks_packed=np.zeros((5, 512), "uint8"), lengths=[2, 3],
    ...              latents=np.zeros((5, 3)))
    ...     packed, size, lengths, latents = read_kitti_masks("doc", path)
    >>> packed.shape, size, lengths.tolist(), latents.dtype
    ((5, 512), (64, 64), [2, 3], dtype('float64'))
    """
    if pathlib.Path(path).suffix.lower() == ".npz":
        content = _read_npz(where, path)
    else:
        content = _read_pickle(where, path)
    packed, size, lengths, latents = content
    bad = np.flatnonzero(~np.isfinite(latents).all(axis=1))
    if len(bad):
        raise error(
            where,
            f"latents {latents[bad[0]].tolist()} of frame {bad[0]} in {str(path)!r}",
            "finite numbers: centre y, centre x, area",
            "Copy or download the file again.",
        )
    return packed, size, lengths, latents


def _read_npz(where, path):
    content = read_npz(where, path, _NPZ_KEYS)
    _check_keys(where, path, content, _NPZ_KEYS)
    packed, lengths, latents = (content[key] for key in _NPZ_KEYS)
    width = _NPZ_SIZE[0] * _NPZ_SIZE[1] // 8
    if packed.dtype != np.uint8 or packed.ndim != 2 or packed.shape[1] != width:
        raise error(
            where,
            f"masks_packed of shape {packed.shape}, dtype {packed.dtype} in {str(path)!r}",
            f"uint8 (frames, {width}), the packed bits of 64x64 masks",
            "Write numpy.packbits(masks.reshape(-1, 4096), axis=1).",
        )
    whole = lengths.dtype.kind in "iu" and lengths.ndim == 1 and len(lengths)
    if not whole or lengths.min() < 1 or lengths.sum() != len(packed):
        raise error(
            where,
            f"lengths of shape {lengths.shape}, dtype {lengths.dtype}, for {len(packed)} frames",
            "positive integers (sequences,) whose sum is the number of frames",
            "Write the number of frames of each sequence.",
        )
    _check_latents(where, "latents", latents, len(packed))
    return packed, _NPZ_SIZE, lengths.astype("int64"), latents.astype("float64")


def _read_pickle(where, path):
    content = load_plain_pickle(where, path)
    if not isinstance(content, dict):
        raise error(
            where,
            f"{str(path)!r}, a pickled {type(content).__name__}",
            f"a dict with the keys {_MASKS} and {_LATENTS}",
            "Pass kitti_peds_v2.pickle as published.",
        )
    _check_keys(where, path, content, (_MASKS, _LATENTS))
    masks, latents = content[_MASKS], content[_LATENTS]
    if not isinstance(masks, list) or not isinstance(latents, list) or not masks:
        raise error(
            where,
            f"{_MASKS} of type {type(masks).__name__} and {_LATENTS} of type "
            f"{type(latents).__name__} in {str(path)!r}",
            "two lists of arrays, not empty",
            "Write one array per sequence into each list.",
        )
    if len(masks) != len(latents):
        raise error(
            where,
            f"{len(masks)} sequences in {_MASKS}, {len(latents)} in {_LATENTS}",
            "as many of both",
            "Download the file again, or write both lists in one go.",
        )
    # References let a small pickle repeat one array without end; frames of a true file are stored.
    if sum(getattr(a, "nbytes", 0) for a in masks) > pathlib.Path(path).stat().st_size:
        raise error(
            where,
            f"{_MASKS} with more frames than {str(path)!r} has bytes for",
            "one array per sequence, stored once",
            "Download the file again.",
        )
    size = getattr(masks[0], "shape", ())[1:]
    for i, (frames, values) in enumerate(zip(masks, latents, strict=True)):
        _check_masks(where, f"{_MASKS}[{i}]", frames, size)
        _check_latents(where, f"{_LATENTS}[{i}]", values, len(frames))
    return (
        np.concatenate([np.packbits(m.reshape(len(m), -1) != 0, axis=1) for m in masks]),
        tuple(size),
        np.array([len(frames) for frames in masks], "int64"),
        np.concatenate(latents).astype("float64"),
    )


def _check_keys(where, path, content, keys):
    missing = [key for key in keys if key not in content]
    if missing:
        raise error(
            where,
            f"{str(path)!r} without {' and '.join(missing)} "
            f"(it has {', '.join(repr(key)[:40] for key in list(content)[:10]) or 'nothing'})",
            f"a file with {', '.join(keys)}",
            "Pass the file of masks of pedestrians as published.",
        )


def _check_masks(where, name, frames, size):
    is_array = isinstance(frames, np.ndarray)
    if not is_array or frames.ndim != 3 or frames.shape[1:] != size or 0 in size:
        raise error(
            where,
            f"{name} of shape {getattr(frames, 'shape', None)}",
            f"masks (frames, H, W), H and W as in the first sequence: {tuple(size)}",
            "Cut or resize all masks to one size.",
        )
    if frames.dtype != bool and not np.isin(frames, (0, 1)).all():
        raise error(
            where,
            f"{name} of dtype {frames.dtype} with values other than 0 and 1",
            "binary masks",
            "Threshold grey masks with masks > 127.",
        )


def _check_latents(where, name, latents, frames):
    is_array = isinstance(latents, np.ndarray) and latents.dtype.kind in "iuf"
    if not is_array or latents.shape != (frames, NUM_FACTORS):
        raise error(
            where,
            f"{name} of shape {getattr(latents, 'shape', None)} for {frames} frames",
            f"numbers ({frames}, {NUM_FACTORS}): centre y, centre x, area",
            "Write one row per frame.",
        )
