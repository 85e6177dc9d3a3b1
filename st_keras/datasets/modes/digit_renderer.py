"""Frames from images of digits and their tracks."""

import math

import numpy as np

from st_keras.validation import check_int, error

# Frames whose turned digits are sampled in one go: bounds the memory taken.
_FRAMES = 512

# Smoothing takes one pass down to a scale of 0.38, and three for the smallest of `Tracks`, 0.25.
_PASSES = 3
# Zeros around an image: what the passes spread, and one for bilinear sampling to fade out in.
_RING = 1 + _PASSES


def check_image_size(where, image_size, digit_size):
    """Return `image_size` as (H, W), or raise `ValueError` unless a digit has room to move.

    Args:
        where: str. Who asks; the error begins with it.
        image_size: int or (H, W).
        digit_size: (h, w) of an image of a digit.

    Returns:
        Two ints, larger than h and w.

    Example:
    >>> check_image_size("doc", 64, (28, 28))
    (64, 64)
    """
    pair = image_size if isinstance(image_size, (tuple, list)) else (image_size, image_size)
    if len(pair) != 2:
        raise error(
            where, f"image_size={image_size!r}", "an int or (height, width)", "Pass image_size=64."
        )
    pair = tuple(check_int(where, "image_size", size, 1) for size in pair)
    if any(size <= box for size, box in zip(pair, digit_size, strict=True)):
        raise error(
            where,
            f"image_size={pair} for digits of {tuple(digit_size)}",
            "an image larger than a digit along both axes, or nothing can move",
            f"Pass image_size={max(digit_size) + 1} or more.",
        )
    return pair


def draw_digits(images, tracks, image_size):
    """Draw digits along their tracks; they overlap by the maximum of their greys.

    Upright digits are copied to positions rounded to pixels, exactly as `MovingDigits` does. Of
    a digit that is turned or scaled in any frame, all frames are sampled bilinearly at positions
    between pixels; where it is shrunk to scale s < 1, it is smoothed before, along each axis by a
    kernel [a, 1 - 2 a, a] of variance 2 a = (1 / s^2 - 1) / 12, which widens a source pixel to
    the square that a pixel of the frame sees of it; several times with a <= 1/4 where a is larger.
    A sequence is drawn alike whatever is drawn along with it.

    Args:
        images: uint8 (N, K, h, w): the K digits of each of N sequences.
        tracks: N `Tracks` of K digits over T frames.
        image_size: (H, W), larger than a digit.

    Returns:
        uint8 (N, T, H, W).

    Example:
    >>> from st_keras.datasets.modes.tracks import Tracks
    >>> digit = np.full((1, 1, 2, 2), 255, "uint8")
    >>> faint = Tracks(np.zeros((1, 1, 2)), opacity=0.2)
    >>> draw_digits(digit, [faint], (3, 4))[0, 0]
    array([[51, 51,  0,  0],
           [51, 51,  0,  0],
           [ 0,  0,  0,  0]], dtype=uint8)
    """
    digit_size = images.shape[2:]
    corners = np.stack([track.corners(digit_size, image_size) for track in tracks])
    angle = np.stack([track.angle for track in tracks])  # (N, K, T)
    scale = np.stack([track.scale for track in tracks])
    opacity = np.stack([track.opacity for track in tracks])
    upright = np.stack([track.is_upright for track in tracks])  # (N, K)

    # A margin as large as a digit takes what lies outside; further out makes no difference.
    count, num_digits, num_frames, _ = corners.shape
    whole = np.clip(np.rint(corners), np.negative(digit_size), image_size).astype("int64")
    leaves = (whole < 0).any() or (whole > np.subtract(image_size, digit_size)).any()
    margin = np.asarray(digit_size if leaves else (0, 0))
    canvas = np.zeros((count, num_frames, *(image_size + 2 * margin)), "uint8")
    (top, left), (height, width) = margin, image_size
    frames = canvas[:, :, top : top + height, left : left + width]

    for k in range(num_digits):
        rows = np.flatnonzero(upright[:, k])
        if rows.size:
            _copy(canvas, rows, images[rows, k], whole[rows, k] + margin, opacity[rows, k])
        turned = np.flatnonzero(~upright[:, k])
        for rows in np.array_split(turned, math.ceil(turned.size * num_frames / _FRAMES) or 1):
            if not rows.size:
                continue
            centres = corners[rows, k] + (np.asarray(digit_size) - 1) / 2
            pose = angle[rows, k], scale[rows, k], opacity[rows, k]
            _sample(frames, rows, images[rows, k], centres, *pose)
    return np.ascontiguousarray(frames)


def _copy(canvas, rows, images, corners, opacity):
    boxes = np.lib.stride_tricks.sliding_window_view(
        canvas, images.shape[1:], axis=(2, 3), writeable=True
    )
    time = np.arange(canvas.shape[1])
    digits = images[:, None]
    if (opacity < 1).any():
        digits = np.rint(digits * opacity[:, :, None, None]).astype("uint8")
    box = (rows[:, None], time[None, :], corners[..., 0], corners[..., 1])
    boxes[box] = np.maximum(boxes[box], digits)


def _sample(frames, rows, images, centres, angle, scale, opacity):
    num_frames = frames.shape[1]
    centres, scale = centres.reshape(-1, 2), scale.reshape(-1)  # one entry per frame from here
    sources = np.repeat(images.astype("float32"), num_frames, axis=0)
    sources = _smooth(sources, scale)
    source_size = sources.shape[1:]

    # The pixels of a square around the centre, large enough for the digit at any angle, and for as
    # much of the ring as the passes that the smallest scale takes have filled.
    unused = _RING - 1 - math.ceil(max(0.0, 1 / scale.min() ** 2 - 1) / 24 / 0.25)
    extent = math.hypot(*(size - 2 * unused for size in source_size))
    side = math.ceil(extent * scale.max()) + 4
    first = np.floor(centres).astype("int64") - side // 2
    pixel = first[:, None, :] + np.arange(side)[None, :, None]  # (frames, side, 2)
    offset = ((pixel - centres[:, None, :]) / scale[:, None, None]).astype("float32")
    dy, dx = offset[:, :, None, 0], offset[:, None, :, 1]
    cos = np.cos(angle).astype("float32").reshape(-1, 1, 1)
    sin = np.sin(angle).astype("float32").reshape(-1, 1, 1)
    y = cos * dy + sin * dx + np.float32((source_size[0] - 1) / 2)  # (frames, side, side)
    x = cos * dx - sin * dy + np.float32((source_size[1] - 1) / 2)

    inside = (pixel >= 0) & (pixel < frames.shape[2:])
    last_y, last_x = (size - 1 - unused for size in source_size)
    seen = (y >= unused) & (y < last_y) & (x >= unused) & (x < last_x)
    seen &= inside[:, :, None, 0] & inside[:, None, :, 1]
    seen = np.flatnonzero(seen)
    n, cell = np.divmod(seen, side * side)
    y, x = y.reshape(-1)[seen], x.reshape(-1)[seen]
    y0, x0 = y.astype("int32"), x.astype("int32")
    wy, wx = y - y0, x - x0
    below = source_size[1]
    at = n * (source_size[0] * below) + y0 * below + x0
    flat = sources.reshape(-1)
    upper = flat[at] * (1 - wx) + flat[at + 1] * wx
    at += below
    lower = flat[at] * (1 - wx) + flat[at + 1] * wx
    greys = (upper + wy * (lower - upper)) * opacity.reshape(-1).astype("float32")[n]

    place = (
        rows[n // num_frames],
        n % num_frames,
        pixel[n, cell // side, 0],
        pixel[n, cell % side, 1],
    )
    frames[place] = np.maximum(frames[place], np.rint(greys).astype("uint8"))


def _smooth(sources, scale):
    sources = np.pad(sources, ((0, 0), (_RING, _RING), (_RING, _RING)))
    weight = np.maximum(0.0, 1 / scale**2 - 1).astype("float32")[:, None, None] / 24
    for k in range(_PASSES):
        # Each frame has its own weights; with 0 a pass changes nothing.
        a = np.clip(weight - 0.25 * k, 0, 0.25)
        if not a.any():
            break
        for axis in (1, 2):
            neighbours = np.roll(sources, 1, axis) + np.roll(sources, -1, axis)
            sources = (1 - 2 * a) * sources + a * neighbours
    return sources
