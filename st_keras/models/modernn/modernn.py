"""ModeRNN as a network: frames in, next frames out, and how its slots answered."""

import keras
from keras import ops

from st_keras.cells import ModeCell, RolloutCell, StackCell
from st_keras.models.modernn.presets import PRESETS
from st_keras.models.next_frame_network import NextFrameNetwork, check_filters
from st_keras.models.steps import run_steps


@keras.saving.register_keras_serializable(package="st_keras")
class ModeRNN(NextFrameNetwork):
    """Predict each next frame of a video whose sequences follow several modes of motion.

        frames -> patches -> 1x1 convolution -> [ModeCell x L] -> 1x1 convolution -> frames

    The same interface, training and forecasts as `PredRNN`; slots with parameters of their own and
    learned importance weights (`ModeCell`) stand where PredRNN has its spatiotemporal memory.

    Args:
        filters: tuple of L ints. Default (64,) * 4, as released.
        num_slots: int S that divides twice each of `filters`. Default 4.
        patch_size: int p; H and W must be divisible by it. Default 4.
        layer_norm: bool. Ties the network to one image size. Default True, as released.
        batch_norm: bool. Batch normalisation in the projections of slot binding. Default True.
        softmax_importance: bool. Importance weights that compete. Default False, as released.
        separate_slots: bool. A memory for each slot. Default False, as released.
        learned_initial_slots: bool. A trained start of the memory. Default False, as released.
        slot_scale: bool. Attention scaled by the width of a slot. Default False, as released.
        validity_channel: bool. Whether the network reads one further map per image channel: 1 where
            what it reads is data or its own prediction, 0 where a value is missing. Default False.
        **kwargs: `remat`, `truncated_bptt` (as in `SpatioTemporalRNN`), `name`, `dtype` (also
            "mixed_float16", "mixed_bfloat16"), `trainable`.

    Call arguments, returns: see `NextFrameNetwork`. It measures no loss terms.

    Raises:
        ValueError: for sizes out of range, H or W not divisible by `patch_size`, a wrong rank, or
            `layer_norm` with unknown H or W, or with others than the network was built for.

    Differs from the reference code: members that it creates and never uses are not there (594,688
    parameters per cell of width 64 at 16x16); see `ModeCell` for the rest.

    Example:

    >>> import numpy as np
    >>> network = ModeRNN(filters=(16, 16), num_slots=4, patch_size=4)
    >>> network(np.random.rand(2, 5, 32, 48, 1).astype("float32")).shape
    TensorShape([2, 5, 32, 48, 1])

    References: Yao, Wang, Wu, Wang, Long: ModeRNN. arXiv 2110.03882; TPAMI 2023.
    """

    PRESETS = PRESETS

    def __init__(
        self,
        filters=(64, 64, 64, 64),
        num_slots=4,
        patch_size=4,
        layer_norm=True,
        batch_norm=True,
        softmax_importance=False,
        separate_slots=False,
        learned_initial_slots=False,
        slot_scale=False,
        validity_channel=False,
        **kwargs,
    ):
        filters = check_filters("ModeRNN", filters)
        policy = keras.dtype_policies.get(kwargs.get("dtype"))
        options = {
            "num_slots": num_slots,
            "layer_norm": bool(layer_norm),
            "batch_norm": bool(batch_norm),
            "softmax_importance": bool(softmax_importance),
            "separate_slots": bool(separate_slots),
            "learned_initial_slots": bool(learned_initial_slots),
            "slot_scale": bool(slot_scale),
        }
        cells = [
            ModeCell(width, **options, dtype=policy, name=f"mode_cell_{layer}")
            for layer, width in enumerate(filters)
        ]
        stack = StackCell(cells, dtype=policy, name="stack")
        rollout = RolloutCell(
            stack,
            embedding_filters=filters[0],
            validity_channel=validity_channel,
            dtype=policy,
            name="rollout",
        )
        super().__init__(rollout, patch_size, layer_norm=layer_norm, **kwargs)
        self.filters = filters
        self.num_slots = num_slots
        self.batch_norm = bool(batch_norm)
        self.softmax_importance = bool(softmax_importance)
        self.separate_slots = bool(separate_slots)
        self.learned_initial_slots = bool(learned_initial_slots)
        self.slot_scale = bool(slot_scale)

    def slot_responses(self, frames, observed_mask=None):
        """Return how the slots of each layer answered at each step, in inference.

        Args:
            frames: (B, T, H, W, C) in network units.
            observed_mask: as in `call`.

        Returns:
            `(importance, attention)`, two lists with one entry per layer: weights (B, T, S, 4F) in
            (0, 1), order of the gates i f o g; and (B, T, S, H/p, W/p), how much all positions
            together look at each one, sums of 1. See `ModeCell.slot_responses`.
        """
        rollout = self.rnn.cell
        cells = rollout.cell.cells
        importance, attention = ([[] for _ in cells] for _ in range(2))
        for x, before, after in run_steps(self, frames, observed_mask):
            below, _ = rollout.encode(rollout.read(x, before["prediction"]), x)
            for layer, cell in enumerate(cells):
                own = [before[f"{name}{layer + 1}"] for name in cell.state_names]
                weights, maps = cell.slot_responses(below, own)
                importance[layer].append(weights)
                attention[layer].append(maps)
                below = after[f"h{layer + 1}"]  # which the next layer reads
        return tuple(
            [ops.stack(steps, axis=1) for steps in each] for each in (importance, attention)
        )

    def get_config(self):
        """Return every constructor argument."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "num_slots": self.num_slots,
            "patch_size": self.patch_size,
            "layer_norm": self.layer_norm,
            "batch_norm": self.batch_norm,
            "softmax_importance": self.softmax_importance,
            "separate_slots": self.separate_slots,
            "learned_initial_slots": self.learned_initial_slots,
            "slot_scale": self.slot_scale,
            "validity_channel": self.validity_channel,
        }
