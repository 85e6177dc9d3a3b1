"""PredRNN and PredRNN-V2 as a network: frames in, next frames out."""

import keras
from keras import ops

from st_keras.cells import RolloutCell, SpatioTemporalLSTMCell, ZigzagStackCell
from st_keras.layers import SpatioTemporalRNN
from st_keras.models.predrnn.presets import PRESETS
from st_keras.ops import frames_to_patches, patches_to_frames
from st_keras.ops.patching import FRAME_AXES
from st_keras.validation import check_divisible, check_int, check_one_of, check_rank, error


@keras.saving.register_keras_serializable(package="st_keras")
class PredRNN(keras.Model):
    """Predict each next frame of a video with a stack of ST-LSTM layers and a zig-zagging memory.

        frames -> patches -> [ST-LSTM x L, one m through all layers] -> 1x1 convolution -> frames

    Output step t is the prediction of frame t+1, made from frames 0..t alone. The same stack reads
    the context and writes the forecast; `observed_mask` says where it sees the true frame and where
    its own last prediction. Train and forecast with `st_keras.training.Forecaster`.

    Args:
        filters: tuple of L equal ints (`num_hidden` in the reference code). Default (128,) * 4.
        kernel_size: odd int (`filter_size`). Default 5.
        patch_size: int p; H and W must be divisible by it. Default 4.
        layer_norm: bool. Ties the network to one image size. Default False, as in all released
            scripts.
        forget_bias: float. Default 1.0.
        decoupling: bool. True: PredRNN-V2, which owns the 1x1 adapter and reports the memory
            decoupling term. False: PredRNN (V1). Default True.
        **kwargs: `name`, `dtype` (also "mixed_float16", "mixed_bfloat16"), `trainable`.

    Call arguments:
        frames: (B, T, H, W, C) in network units, best within [0, 1].
        observed_mask: optional (B, T), 1 = feed the observed frame, 0 = feed the prediction. The
            first step has no prediction before it and is always observed. Default: ones (teacher
            forcing).
        return_terms: bool. Also return the loss terms the network measures while it runs:
            {"decoupling": scalar in [0, 1]} for V2, {} for V1. Default False.

    Returns:
        (B, T, H, W, C), float32 also under mixed precision; or `(predictions, terms)`.

    Raises:
        ValueError: for unequal `filters`, H or W not divisible by `patch_size`, a wrong rank, or
            `layer_norm` with unknown H or W, or with others than the network was built for.

    Differs from the reference code: H and W may differ; without `layer_norm` a trained network runs
    on frames of any size divisible by p. Decoupling averages over time, layers, batch and
    channels, as the reference code does; the paper sums.

    Example:

    >>> import numpy as np
    >>> network = PredRNN(filters=(16, 16), kernel_size=3, patch_size=4)
    >>> network(np.random.rand(2, 5, 32, 48, 1).astype("float32")).shape
    TensorShape([2, 5, 32, 48, 1])

    References: Wang et al.: PredRNN. NeurIPS 2017. Wang et al.: PredRNN: A Recurrent Neural Network
    for Spatiotemporal Predictive Learning. TPAMI 2022, arXiv 2103.09504.
    """

    def __init__(
        self,
        filters=(128, 128, 128, 128),
        kernel_size=5,
        patch_size=4,
        layer_norm=False,
        forget_bias=1.0,
        decoupling=True,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.filters = _equal_filters(filters)
        self.kernel_size = kernel_size
        self.patch_size = check_int("PredRNN", "patch_size", patch_size, 1)
        self.layer_norm = bool(layer_norm)
        self.forget_bias = forget_bias
        self.decoupling = bool(decoupling)
        cells = [
            SpatioTemporalLSTMCell(
                width,
                kernel_size,
                layer_norm=layer_norm,
                forget_bias=forget_bias,
                return_increments=self.decoupling,
                dtype=self.dtype_policy,
                name=f"st_lstm_{layer}",
            )
            for layer, width in enumerate(self.filters)
        ]
        stack = ZigzagStackCell(
            cells, decoupling=self.decoupling, dtype=self.dtype_policy, name="stack"
        )
        self.rnn = SpatioTemporalRNN(
            RolloutCell(stack, dtype=self.dtype_policy, name="rollout"),
            return_sequences=True,
            return_state=True,
            dtype=self.dtype_policy,
            name="rnn",
        )

    @classmethod
    def from_preset(cls, preset, **overrides):
        """Build the network from a named preset.

        Args:
            preset: "moving_mnist", "kth" (the published sizes) or "smoke" (small).
            **overrides: constructor arguments that replace those of the preset.
        """
        check_one_of("PredRNN.from_preset", "preset", preset, PRESETS)
        return cls(**{**PRESETS[preset], **overrides})

    @property
    def channels(self):
        """Image channels C the network was built for; None before."""
        built_for = self.rnn.cell.frame_channels
        return None if built_for is None else built_for // self.patch_size**2

    @property
    def fixed_image_size(self):
        """(H, W) that `layer_norm` ties the network to; None before it is built, or without."""
        size = self.rnn.cell.spatial_shape
        if size is None or not self.layer_norm:
            return None
        return tuple(self.patch_size * s for s in size)

    @property
    def loss_terms(self):
        """Names of the terms that `call(..., return_terms=True)` measures."""
        return ("decoupling",) if self.decoupling else ()

    def build(self, frames_shape):
        """Create all weights for frames (B, T, H, W, C)."""
        check_rank("PredRNN", "frames", frames_shape, FRAME_AXES)
        batch, time, height, width, channels = frames_shape
        p = self.patch_size
        for axis, size in (("H", height), ("W", width)):
            check_divisible("PredRNN", axis, size, "patch_size", p)
        if channels is None:
            raise error(
                "PredRNN",
                "frames with unknown channels",
                "a static C",
                "Set the shape of the dataset.",
            )
        rows, columns = (None if size is None else size // p for size in (height, width))
        self.rnn.build((batch, time, rows, columns, p * p * channels + 1))
        self.built = True

    def call(self, frames, observed_mask=None, return_terms=False, training=False):
        """Predict frame t+1 at each step t."""
        patches = frames_to_patches(frames, self.patch_size)
        if frames.shape[-1] != self.channels:
            raise error(
                "PredRNN",
                f"frames with {frames.shape[-1]} channel(s)",
                f"{self.channels} channel(s), for which the network was built",
                "Pass those channels, in the same order, or build a new network.",
            )
        self._check_size(tuple(frames.shape[2:4]))
        batch, time, rows, columns, _ = ops.shape(patches)
        if observed_mask is None:
            observed_mask = ops.ones((batch, time))
        flags = ops.cast(observed_mask, patches.dtype)[:, :, None, None, None]
        flags = ops.concatenate([ops.ones_like(flags[:, :1]), flags[:, 1:]], axis=1)
        flags = ops.broadcast_to(flags, (batch, time, rows, columns, 1))

        accumulate = {"accumulate_decoupling": True} if return_terms and self.decoupling else {}
        initial_state = self.rnn.cell.get_initial_state(batch, (rows, columns), **accumulate)
        outputs, *states = self.rnn(
            ops.concatenate([patches, flags], axis=-1),
            initial_state=initial_state,
            training=training,
        )
        predictions = patches_to_frames(outputs, self.patch_size)
        if not return_terms:
            return predictions
        if not self.decoupling:
            return predictions, {}
        steps = ops.cast(time, "float32")
        return predictions, {"decoupling": ops.mean(states[-1]) / steps}

    def compute_output_spec(self, frames, observed_mask=None, return_terms=False, training=False):
        """The shape of the frames, in the variable dtype."""
        if not self.built:
            self.build(frames.shape)
        predictions = keras.KerasTensor(frames.shape, self.variable_dtype)
        if not return_terms:
            return predictions
        return predictions, {name: keras.KerasTensor((), "float32") for name in self.loss_terms}

    def compute_output_shape(self, frames_shape, observed_mask_shape=None):
        """The shape of the frames."""
        return tuple(frames_shape)

    def get_config(self):
        """Return every constructor argument."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "patch_size": self.patch_size,
            "layer_norm": self.layer_norm,
            "forget_bias": self.forget_bias,
            "decoupling": self.decoupling,
        }

    def _check_size(self, size):
        fixed = self.fixed_image_size
        # An unknown size too: LayerNormalization cannot be traced for one.
        if fixed and size != fixed:
            raise error(
                "PredRNN",
                f"frames of size (H, W) = {size} with layer_norm=True",
                f"{fixed}, for which the network was built: layer_norm has a weight per position",
                "Crop or pad the frames, set their size if it is None, or train a network with "
                "layer_norm=False.",
            )


def _equal_filters(filters):
    sequence = isinstance(filters, (list, tuple))
    widths = tuple(check_int("PredRNN", "filters", f, 1) for f in filters) if sequence else ()
    if not widths or len(set(widths)) > 1:
        raise error(
            "PredRNN",
            f"filters={filters!r}",
            "one int per layer, all equal, because the memory m passes through all layers",
            "Pass for example filters=(64, 64, 64, 64).",
        )
    return widths
