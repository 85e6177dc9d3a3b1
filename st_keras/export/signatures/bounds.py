"""How much one call of a served model may ask for; the graph itself refuses more."""

import dataclasses

import tensorflow as tf

from st_keras.export.serving.limits import LEAST_OF_A_FRAME, MAX_VALUES
from st_keras.export.signatures.checks import check
from st_keras.validation import check_int, error

LARGEST = 2**31 - 1  # an int32
EXACT = 2**53  # sizes are multiplied as doubles, which no product overflows


@dataclasses.dataclass(frozen=True)
class Bounds:
    """What a server obeys that knows nothing of the model, such as TF Serving.

    Args:
        max_horizon: int of at least 1, or None: as many frames as `max_values` allows. Default
            None.
        max_batch: the same of the sequences or images of a call.
        max_values: int of at least 1. Values of the frames, states or images that a call makes, and
            of the frames that it reads; a frame (of all sequences) counts as 4096 at least, for its
            step takes time however small it is. Activations are not counted. Default 50,000,000:
            200 MB of float32, as `DevelopmentServer` allows.

    Raises:
        ValueError: if one is out of range.

    Example:

    >>> Bounds(max_horizon=24)
    Bounds(max_horizon=24, max_batch=None, max_values=50000000)
    """

    max_horizon: int | None = None
    max_batch: int | None = None
    max_values: int = MAX_VALUES

    def __post_init__(self):
        where = "export_saved_model"
        for name, most in (("max_horizon", LARGEST), ("max_batch", LARGEST), ("max_values", EXACT)):
            value = getattr(self, name)
            if value is None and name != "max_values":
                continue
            if check_int(where, name, value, 1) > most:
                required = f"an int from 1 to {most}"
                raise error(where, f"{name}={value}", required, "Pass a smaller one.")

    def check_horizon(self, where, horizon):
        """Return assertions that an int32 scalar is a horizon within the bound."""
        return self._check(where, "max_horizon", "a horizon", horizon, "Ask for fewer frames")

    def check_batch(self, where, batch):
        """Return assertions that an int32 scalar is a batch size within the bound."""
        return self._check(where, "max_batch", "a batch size", batch, "Send fewer at once")

    def check_frames(self, where, frames, *sizes):
        """Return assertions on a number of frames, each of the product of the sizes."""
        return self.check_values(where, frames, tf.maximum(product(sizes), LEAST_OF_A_FRAME))

    def check_values(self, where, *factors):
        """Return assertions that a product of ints and int32 scalars is within the bound."""
        values, most = product(factors), self.max_values
        return [
            check(
                values <= most,
                where,
                "a request that counts as {} values",
                f"at most {most}, for which the model was exported",
                "Ask for a smaller horizon, context, batch or image, or export the model with a "
                "larger max_values.",
                tf.cast(tf.minimum(values, 2.0**62), tf.int64),
            )
        ]

    def text(self, horizon=True):
        """Return the bounds as words; `horizon` says whether the model has one.

        >>> Bounds(max_horizon=24).text()
        'horizon of at most 24, any batch, at most 50000000 values'
        """
        named = {"horizon": self.max_horizon} if horizon else {}
        named["batch"] = self.max_batch
        words = [
            f"any {n}" if most is None else f"{n} of at most {most}" for n, most in named.items()
        ]
        return ", ".join([*words, f"at most {self.max_values} values"])

    def _check(self, where, name, noun, value, action):
        most = getattr(self, name)
        if most is None:
            return []
        return [
            check(
                value <= most,
                where,
                f"{noun} of {{}}",
                f"{noun} of at most {most}, for which the model was exported",
                f"{action}, or export the model with a larger {name}.",
                value,
            )
        ]


DEFAULT = Bounds()


def product(factors):
    """Return the product of ints and scalar tensors as a float64 scalar; of negative ones 0."""
    result = tf.constant(1.0, tf.float64)
    for factor in factors:
        result *= tf.maximum(tf.cast(factor, tf.float64), 0.0)
    return result
