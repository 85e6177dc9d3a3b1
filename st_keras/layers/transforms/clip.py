"""Values brought into a range."""

import keras
from keras import ops

from st_keras.layers.transforms.frame_transform import FrameTransform
from st_keras.validation import check_number, error


@keras.saving.register_keras_serializable(package="st_keras")
class Clip(FrameTransform):
    """Values outside a range become its nearest end, in both directions.

    Inside the range it is the identity, and so is the inverse. What was outside does not come back;
    the inverse clips too, so that a forecast never leaves the range.

    Args:
        minimum: float in the user's units, or None: no lower end. Default None.
        maximum: float above it, or None: no upper end. Default None.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        frames: (..., C) in the user's units.

    Returns:
        (..., C) in the user's units, float32. NaN stays NaN.

    Raises:
        ValueError: if both ends are missing, or `maximum` is not above `minimum`.

    Example:

    >>> layer = Clip(minimum=0.0)
    >>> layer.inverse(ops.array([-0.1, 2.0])).numpy().tolist()
    [0.0, 2.0]
    """

    def __init__(self, minimum=None, maximum=None, **kwargs):
        super().__init__(**kwargs)
        given = {"minimum": minimum, "maximum": maximum}
        ends = {k: v if v is None else check_number("Clip", k, v) for k, v in given.items()}
        self.minimum, self.maximum = ends["minimum"], ends["maximum"]
        low = -float("inf") if self.minimum is None else self.minimum
        high = float("inf") if self.maximum is None else self.maximum
        if not low < high or ends == dict.fromkeys(ends):
            raise error(
                "Clip",
                f"minimum={minimum} and maximum={maximum}",
                "one of them, or a maximum above the minimum",
                "Pass minimum=0.0 for what cannot be negative.",
            )

    def forward(self, frames):
        """Clip."""
        if self.minimum is not None:
            frames = ops.maximum(frames, self.minimum)
        return frames if self.maximum is None else ops.minimum(frames, self.maximum)

    def backward(self, values):
        """Clip: the identity inside the range."""
        return self.forward(values)

    def get_config(self):
        """Return every constructor argument."""
        return {**super().get_config(), "minimum": self.minimum, "maximum": self.maximum}
