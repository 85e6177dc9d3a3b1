"""What all next-frame networks share: patches, the loop over time, the observed mask, presets."""

import keras
from keras import ops

from st_keras.layers import SpatioTemporalRNN
from st_keras.models.known_pixels import read_pixels
from st_keras.ops import frames_to_patches, patches_to_frames
from st_keras.ops.patching import FRAME_AXES
from st_keras.validation import (
    check_divisible,
    check_int,
    check_one_of,
    check_rank,
    check_steps,
    error,
)


class NextFrameNetwork(keras.Model):
    """Abstract network: frames in, at each step the prediction of the next frame out.

        frames -> patches -> rollout cell, step by step -> patches -> frames

    A concrete network makes its rollout cell, hands it to `__init__`, and names its constructor
    arguments in `get_config` and its presets in `PRESETS`. An action-conditioned one has an
    `action_size`.

    Args:
        rollout: `RolloutCell`, which predicts the next patched frame.
        patch_size: int p; H and W must be divisible by `size_divisor`, which is p or a multiple.
        layer_norm: bool. Whether the cell is tied to one image size. Default False.
        decoupling: bool. Whether the cell measures the memory decoupling term, which is then the
            one of `loss_terms`. Default False.
        remat, truncated_bptt: what training keeps for the backward pass, and how far back it goes:
            see `SpatioTemporalRNN`. Default None: everything, all the way.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        frames: (B, T, H, W, C) in network units, best within [0, 1].
        observed_mask: optional (B, T), 1 = feed the observed frame, 0 = feed the prediction. The
            first step has no prediction before it and is always observed. Default: ones (teacher
            forcing).
        return_terms: bool. Also return `{name: scalar}` of `loss_terms`. Default False.
        valid: optional bool (B, T, H, W, C), False where a value is missing, whatever stands there;
            see `read_pixels`. Default: nothing is missing.
        auxiliary: optional (B, T, H, W, A), what is known of each step and not predicted. A is that
            of the first call or of `build`. Default: none.
        fill: float or tuple of C floats, in network units: what is read where a value is missing.
            Default 0.

    Returns:
        (B, T, H, W, C), float32 also under mixed precision; or `(predictions, terms)`.
    """

    PRESETS = {}
    action_size = None

    def __init__(
        self,
        rollout,
        patch_size,
        layer_norm=False,
        decoupling=False,
        remat=None,
        truncated_bptt=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.patch_size = check_int(type(self).__name__, "patch_size", patch_size, 1)
        self.layer_norm = bool(layer_norm)
        self.decoupling = bool(decoupling)
        self.rnn = SpatioTemporalRNN(
            rollout,
            return_sequences=True,
            return_state=True,
            remat=remat,
            truncated_bptt=truncated_bptt,
            dtype=self.dtype_policy,
            name="rnn",
        )

    @classmethod
    def from_preset(cls, preset, **overrides):
        """Build the network from a named preset.

        Args:
            preset: one of the names in `PRESETS`.
            **overrides: constructor arguments that replace those of the preset.
        """
        check_one_of(f"{cls.__name__}.from_preset", "preset", preset, cls.PRESETS)
        return cls(**{**cls.PRESETS[preset], **overrides})

    @property
    def channels(self):
        """Image channels C the network was built for; None before."""
        built_for = self.rnn.cell.frame_channels
        return None if built_for is None else built_for // self.patch_size**2

    @property
    def validity_channel(self):
        """Whether the network reads where values are missing."""
        return self.rnn.cell.validity_channel

    @property
    def size_divisor(self):
        """H and W of all frames must be divisible by this int."""
        return self.patch_size

    @property
    def loss_terms(self):
        """Names of the terms that `call(..., return_terms=True)` measures."""
        return ("decoupling",) if self.decoupling else ()

    @property
    def fixed_image_size(self):
        """(H, W) that `layer_norm` ties the network to; None before it is built, or without."""
        size = self.rnn.cell.spatial_shape
        if size is None or not self.layer_norm:
            return None
        return tuple(self.patch_size * s for s in size)

    def build(self, frames_shape, auxiliary_shape=None):
        """Create all weights for frames (B, T, H, W, C), and auxiliary maps (B, T, H, W, A)."""
        where = type(self).__name__
        check_rank(where, "frames", frames_shape, FRAME_AXES)
        batch, time, height, width, channels = frames_shape
        self._check_divisible(height, width)
        if channels is None:
            raise error(
                where, "frames with unknown channels", "a static C", "Set the shape of the dataset."
            )
        p = self.patch_size
        rows, columns = (None if size is None else size // p for size in (height, width))
        inputs = {
            "frame": (batch, time, rows, columns, p * p * channels),
            "observed": (batch, time, 1),
        }
        if self.action_size is not None:
            inputs["action"] = (batch, time, self.action_size)
        if auxiliary_shape is not None:
            inputs["auxiliary"] = (batch, time, rows, columns, p * p * auxiliary_shape[-1])
        self.rnn.build(inputs)
        self.built = True

    def call(
        self,
        frames,
        observed_mask=None,
        return_terms=False,
        training=False,
        valid=None,
        auxiliary=None,
        fill=0.0,
    ):
        """Predict frame t+1 at each step t."""
        inputs = self.step_inputs(frames, observed_mask, None, valid, auxiliary, fill)
        return self.run(inputs, return_terms, training)

    def run(self, inputs, return_terms=False, training=False):
        """Run the loop over `step_inputs`; return what `call` returns."""
        measured = return_terms and bool(self.loss_terms)
        outputs, *_ = self.rnn(inputs, return_terms=measured, training=training)
        patches, terms = outputs if measured else (outputs, {})
        predictions = patches_to_frames(patches, self.patch_size)
        if not return_terms:
            return predictions
        # Averaged over time, layers, batch and channels.
        return predictions, {name: ops.mean(terms[name]) for name in self.loss_terms}

    def step_inputs(
        self,
        frames,
        observed_mask=None,
        actions=None,
        valid=None,
        auxiliary=None,
        fill=0.0,
        known=None,
    ):
        """Return what the loop reads, by the names that the rollout cell has for it.

        Args:
            frames, observed_mask, valid, auxiliary, fill: as in `call`.
            actions: (B, T, A), of an action-conditioned network.
            known: bool (B, H, W, C), the pixels that were seen before. Default: none.

        Returns:
            dict of "frame" (B, T, H/p, W/p, p p C), "observed" (B, T, 1); with actions "action"
            (B, T, A), with `valid` "valid" and with maps "auxiliary", in patches as the frame.
        """
        self._check_frames(frames.shape)
        check_steps(type(self).__name__, "observed_mask", observed_mask, frames.shape)
        flags = ops.ones(ops.shape(frames)[:2]) if observed_mask is None else observed_mask
        inputs = {}
        if valid is not None:
            if known is None:
                flags = _first_observed(flags)
            flags, read = read_pixels(valid, flags, known)
            # Also where a frame is not observed: the cell reads it there if the pixel is not known.
            frames = ops.where(read, frames, ops.convert_to_tensor(fill, dtype=frames.dtype))
            inputs["valid"] = frames_to_patches(ops.cast(read, frames.dtype), self.patch_size)
        if auxiliary is not None:
            self._check_auxiliary(auxiliary.shape)
            inputs["auxiliary"] = frames_to_patches(auxiliary, self.patch_size)
        patches = frames_to_patches(frames, self.patch_size)
        flags = ops.cast(flags, patches.dtype)
        if valid is None:
            flags = _first_observed(flags)
        inputs = {"frame": patches, "observed": flags[..., None], **inputs}
        return inputs if actions is None else {**inputs, "action": actions}

    def compute_output_spec(
        self,
        frames,
        observed_mask=None,
        return_terms=False,
        training=False,
        valid=None,
        auxiliary=None,
        fill=0.0,
    ):
        """The shape of the frames, in the variable dtype."""
        check_steps(type(self).__name__, "observed_mask", observed_mask, frames.shape)
        if not self.built:
            maps = {} if auxiliary is None else {"auxiliary_shape": auxiliary.shape}
            self.build(frames.shape, **maps)
        predictions = keras.KerasTensor(frames.shape, self.variable_dtype)
        if not return_terms:
            return predictions
        return predictions, {name: keras.KerasTensor((), "float32") for name in self.loss_terms}

    def compute_output_shape(
        self, frames_shape, observed_mask_shape=None, valid_shape=None, auxiliary_shape=None
    ):
        """The shape of the frames."""
        return tuple(frames_shape)

    def get_config(self):
        """Return the constructor arguments that all networks have."""
        return {
            **super().get_config(),
            "remat": self.rnn.remat,
            "truncated_bptt": self.rnn.truncated_bptt,
        }

    def _check_divisible(self, height, width):
        name = "patch_size" if self.size_divisor == self.patch_size else "size_divisor"
        for axis, size in (("H", height), ("W", width)):
            check_divisible(type(self).__name__, axis, size, name, self.size_divisor)

    def _check_auxiliary(self, shape):
        check_rank(type(self).__name__, "auxiliary", shape, FRAME_AXES)
        built_for = self.rnn.cell.auxiliary_channels // self.patch_size**2
        if shape[-1] != built_for:
            raise error(
                type(self).__name__,
                f"{shape[-1]} auxiliary map(s)",
                f"{built_for}, for which the network was built",
                "Pass those maps, in the same order, or build a new network.",
            )

    def _check_frames(self, shape):
        where = type(self).__name__
        check_rank(where, "frames", shape, FRAME_AXES)
        self._check_divisible(shape[2], shape[3])
        if shape[-1] != self.channels:
            raise error(
                where,
                f"frames with {shape[-1]} channel(s)",
                f"{self.channels} channel(s), for which the network was built",
                "Pass those channels, in the same order, or build a new network.",
            )
        fixed, size = self.fixed_image_size, tuple(shape[2:4])
        # An unknown size too: LayerNormalization cannot be traced for one.
        if fixed and size != fixed:
            raise error(
                where,
                f"frames of size (H, W) = {size} with layer_norm=True",
                f"{fixed}, for which the network was built: layer_norm has a weight per position",
                "Crop or pad the frames, set their size if it is None, or train a network with "
                "layer_norm=False.",
            )


def _first_observed(flags):
    """The first step has no prediction before it."""
    return ops.concatenate([ops.ones_like(flags[:, :1]), flags[:, 1:]], axis=1)


def check_filters(where, filters, minimum=1, equal=False):
    """Return the widths of the layers: a tuple of at least one int.

    Args:
        where: str. Who asks; the error begins with it.
        filters: what the user gave.
        minimum: int. Default 1.
        equal: bool. Whether all must be equal. Default False.
    """
    sequence = isinstance(filters, (list, tuple))
    widths = tuple(check_int(where, "filters", f, minimum) for f in filters) if sequence else ()
    if not widths or (equal and len(set(widths)) > 1):
        reason = ", all equal, because the memory m passes through all layers" if equal else ""
        raise error(
            where,
            f"filters={filters!r}",
            f"one int per layer{reason}",
            "Pass for example filters=(64, 64, 64, 64).",
        )
    return widths
