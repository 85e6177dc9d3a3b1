"""What is learned: the part of the logits that motion and persistence leave over."""

import keras
from keras import ops

from st_keras.choices import RESIDUALS
from st_keras.models.nowcaster.lead_knots import KNOTS
from st_keras.models.nowcaster.recurrent_unet import RecurrentUNet
from st_keras.models.nowcaster.residual_unet import ResidualUNet
from st_keras.validation import error


@keras.saving.register_keras_serializable(package="st_keras")
class LearnedResidual(keras.layers.Layer):
    """Run a network over a `LagrangianState`, and make logits of its maps.

    The last layer, 1x1, also reads the last frame and its bands of scales. Its weights begin at 0:
    an untrained model is the computed nowcast, but where the air comes from outside.

    Args:
        network: layer, called as `ResidualUNet`.
        num_thresholds: int, K.
        **kwargs: `name`, `dtype`. The last layer is float32 whatever the policy is.

    Call arguments:
        frames, valid, maps, bands: of `LagrangianState`.

    Returns:
        (B, H, W, 4 K) float32, for lead times of 1, 3, 6 and 12 steps.

    Example:

    >>> layer = LearnedResidual(ResidualUNet((4, 4, 4, 4, 4)), num_thresholds=3)
    >>> frames = ops.ones((1, 32, 32, 6))
    >>> layer(frames, frames, frames, frames).shape
    TensorShape([1, 32, 32, 12])
    """

    def __init__(self, network, num_thresholds, **kwargs):
        super().__init__(**kwargs)
        self.network = network
        self.num_thresholds = num_thresholds
        self.last = keras.layers.Conv2D(
            len(KNOTS) * num_thresholds,
            1,
            kernel_initializer="zeros",
            dtype="float32",
            name="last",
        )

    def build(self, frames_shape, valid_shape, maps_shape, bands_shape):
        """Create all weights."""
        if not self.network.built:
            self.network.build(frames_shape, valid_shape, maps_shape)
        features = self.network.compute_output_shape(frames_shape, valid_shape, maps_shape)[-1]
        self.last.build((*frames_shape[:3], features + 1 + bands_shape[-1]))
        self.built = True

    def call(self, frames, valid, maps, bands):
        """Return logits."""
        kept = (ops.cast(each, "float32") for each in (frames[..., :1], bands))
        features = self.network(frames, valid, maps)
        return self.last(ops.concatenate([ops.cast(features, "float32"), *kept], axis=-1))

    def compute_output_shape(self, frames_shape, valid_shape, maps_shape, bands_shape):
        """Four maps for each threshold."""
        return (*frames_shape[:3], len(KNOTS) * self.num_thresholds)

    def get_config(self):
        """Return every constructor argument."""
        network = keras.saving.serialize_keras_object(self.network)
        return {**super().get_config(), "network": network, "num_thresholds": self.num_thresholds}

    @classmethod
    def from_config(cls, config):
        """Rebuild the network, then the layer."""
        network = keras.saving.deserialize_keras_object(config["network"])
        return cls(**{**config, "network": network})


def residual_network(where, residual, dtype):
    """Return the network of a name, of `RESIDUALS`; a layer is returned as it is.

    Args:
        where: str. Who asks; the error begins with it.
        residual: str, layer, or None: nothing is learned.
        dtype: policy of networks that are made.

    Raises:
        ValueError: for something else.
    """
    if residual is None or isinstance(residual, keras.layers.Layer):
        return residual
    if residual == "unet":
        return ResidualUNet(dtype=dtype, name="unet")
    if residual in RESIDUALS:
        return RecurrentUNet(residual, dtype=dtype, name=residual)
    raise error(
        where,
        f"residual={residual!r}",
        f"one of {', '.join(map(repr, RESIDUALS))}, a Keras layer, or None",
        "Pass residual='unet', or None for the nowcast that needs no training.",
    )
