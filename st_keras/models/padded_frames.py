"""Frames of a size that a network divides, and back to the size they had."""


def padded_size(size, divisor):
    """Return the smallest multiple of `divisor` that is at least an int or tensor; of None None.

    >>> padded_size(765, 4), padded_size(700, 4), padded_size(None, 4)
    (768, 700, None)
    """
    return None if size is None else -(-size // divisor) * divisor


def pad_frames(frames, divisor, value):
    """Return frames (..., H, W, C) with rows at the bottom and columns at the right.

    Args:
        frames: tensor, any sizes of it unknown.
        divisor: int that H and W are to be divided by.
        value: scalar of the added pixels.

    Example:

    >>> import tensorflow as tf
    >>> pad_frames(tf.zeros((1, 5, 4, 1)), 4, 7.0).shape
    TensorShape([1, 8, 4, 1])
    """
    import tensorflow as tf

    sizes = tf.shape(frames)[-3:-1]
    added = [[0, -sizes[i] % divisor] for i in (0, 1)]
    padded = tf.pad(
        frames,
        [[0, 0]] * (frames.shape.rank - 3) + added + [[0, 0]],
        constant_values=tf.cast(value, frames.dtype),
    )
    height, width = (padded_size(size, divisor) for size in frames.shape[-3:-1])
    padded.set_shape([*frames.shape[:-3], height, width, frames.shape[-1]])
    return padded


def crop_frames(frames, like):
    """Return the top left part of frames (..., H, W, C) that has the H and W of `like`."""
    import tensorflow as tf

    height, width = tf.unstack(tf.shape(like)[-3:-1])
    cropped = frames[..., :height, :width, :]
    cropped.set_shape([*frames.shape[:-3], *like.shape[-3:-1], frames.shape[-1]])
    return cropped
