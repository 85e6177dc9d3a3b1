"""Frames in another size, by linear interpolation between the four pixels around."""

import functools

import numpy as np


def resize_bilinear(frames, size):
    """Resize grey frames as OpenCV's `resize` does by default: pixels have their centres at halves.

    Args:
        frames: uint8 (t, H, W).
        size: (H, W) of the result.

    Returns:
        uint8 (t, *size), rounded.

    Example:

    >>> resize_bilinear(np.array([[[0, 100]]], "uint8"), (1, 4))
    array([[[  0,  25,  75, 100]]], dtype=uint8)
    """
    if frames.shape[1:] == tuple(size):
        return frames
    rows, columns = (_weights(a, b) for a, b in zip(frames.shape[1:], size, strict=True))
    return np.rint(rows @ frames.astype("float32") @ columns.T).astype("uint8")


@functools.lru_cache(maxsize=8)
def _weights(length, wanted):
    """How much of each of `length` pixels is in each of `wanted` ones, float32 (wanted, length)."""
    at = np.clip((np.arange(wanted) + 0.5) * length / wanted - 0.5, 0, length - 1)
    return np.maximum(0, 1 - np.abs(at[:, None] - np.arange(length))).astype("float32")
