"""Elements of a dataset of batches, taken apart and put together as they were."""

import tensorflow as tf

from st_keras.validation import check_rank, error

_AXES = ("B", "T", "H", "W", "C")


class AugmentedElement:
    """What the elements of a dataset are: frames, perhaps a future and weights.

    Args:
        where: str. Who asks; the errors begin with it.
        spec: `element_spec` of the dataset.
        square: bool. Whether height and width have to be equal.
        reverses: bool. Whether sequences may run backwards: then weights of pixels have to be
            there for all frames, and a future has the dtype of its context.

    Attributes:
        num_channels: int.

    Raises:
        ValueError: for elements of another form.

    Example:

    >>> spec = tf.TensorSpec((None, 4, 8, 8, 1))
    >>> AugmentedElement("doc", (spec, None, tf.TensorSpec((None,)))).num_channels
    1
    """

    def __init__(self, where, spec, square=False, reverses=False):
        self._is_tuple = isinstance(spec, tuple)
        parts = [
            None if isinstance(part, tf.NoneTensorSpec) else part
            for part in (spec if self._is_tuple else (spec,))
        ]
        if not 1 <= len(parts) <= 3 or any(
            isinstance(part, (dict, list, tuple)) for part in parts
        ) or parts[0] is None:  # fmt: skip
            raise error(
                where,
                f"elements {spec}",
                "frames (B, T, H, W, C), or a tuple (frames, None or future, weights)",
                "Map the dataset to that; actions of a robot's arm have no mirror image here.",
            )
        self._reverses = reverses
        frames, future, weights = (*parts, None, None)[:3]
        for name, part in (("frames", frames), ("future", future)):
            if part is not None:
                check_rank(where, name, part.shape, _AXES)
        _, _, height, width, self.num_channels = frames.shape
        if self.num_channels is None:
            raise error(
                where,
                f"frames of shape {tuple(frames.shape)}",
                "a known number of channels",
                "Set it, as in dataset.map(lambda x: tf.ensure_shape(x, (None, 20, 64, 64, 1))).",
            )
        if square and (height is None or height != width):
            raise error(
                where,
                f"turns with frames of {height} x {width} pixels",
                "square frames",
                "Read square crops (crop=256), or leave turns out.",
            )
        if future is not None and (
            tuple(future.shape[2:]) != tuple(frames.shape[2:]) or future.dtype != frames.dtype
        ):
            raise error(
                where,
                f"context {tuple(frames.shape[2:])} {frames.dtype.name} and future "
                f"{tuple(future.shape[2:])} {future.dtype.name}",
                "one size, the same channels and one dtype in both",
                "Cast or cut them alike before they are augmented.",
            )
        self._dtypes = [part.dtype for part in (frames, future) if part is not None]
        length = [None if part is None else part.shape[1] for part in (frames, future)]
        self._weights = 0 if weights is None else weights.shape.rank
        if self._weights not in (0, 1, 4, 5):
            raise error(
                where,
                f"weights of shape {weights.shape}",
                "one for each sequence, (B,), or pixel, (B, T, H, W) or (B, T, H, W, C)",
                "Average them, or add axes.",
            )
        whole = length[0] if future is None else None if None in length else sum(length)
        if reverses and self._weights > 1 and (whole is None or weights.shape[1] != whole):
            raise error(
                where,
                f"time_reversal with weights of {weights.shape[1]} frames for sequences of {whole}",
                "a weight for each frame of the whole sequence",
                "Pass weights of context frames too, or leave time_reversal out.",
            )
        self._specs = parts

    def check_floats(self, where):
        """Raise `ValueError` unless frames are floats."""
        if not self._dtypes[0].is_floating:
            raise error(
                where,
                f"scaling or vectors with frames of {self._dtypes[0].name}",
                "floats",
                "Cast them first, as in dataset.map(lambda x: tf.cast(x, 'float32')).",
            )

    def sequences(self, parts):
        """Return the frames (B, T, H, W, C) of an element."""
        return parts[0] if self._is_tuple else parts

    def rebuilt(self, parts, move, change):
        """Return an element whose frames and weights of pixels are changed.

        Args:
            parts: an element.
            move: function of weights of pixels (B, T, H, W, C).
            change: the same of frames.
        """
        frames, future, weights = (*(parts if self._is_tuple else (parts,)), None, None)[:3]
        if future is None:
            changed = [change(frames), None]
        elif self._reverses:
            # The future of what runs backwards is what was its past.
            whole, seen = change(tf.concat([frames, future], axis=1)), tf.shape(frames)[1]
            changed = [whole[:, :seen], whole[:, seen:]]
        else:
            changed = [change(frames), change(future)]
        if self._weights == 4:
            weights = move(weights[..., None])[..., 0]
        elif self._weights == 5:
            weights = move(weights)
        found = (*changed, weights)[: len(self._specs)]
        for part, spec in zip(found, self._specs, strict=True):
            if spec is not None:
                part.set_shape(spec.shape)
        return tuple(found) if self._is_tuple else found[0]
