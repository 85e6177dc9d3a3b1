"""ModeCell, the recurrent cell of ModeRNN: slots with parameters of their own."""

import keras
from keras import ops

from st_keras.cells.older_files import load_older_mode_cell
from st_keras.cells.spatial_state_cell import SpatialStateCell
from st_keras.gradients.remat_call import remat_call
from st_keras.models.modernn.slot_binding import SlotBinding
from st_keras.models.modernn.slot_fusion import EPSILON, SlotFusion
from st_keras.ops import memory_update, split_gates
from st_keras.validation import check_divisible, check_int, error

AXES = (1, 2, 3)  # of the layer norms: whole maps
PAIRS = ("if", "og")  # of gates, which are fused and normalised together


@keras.saving.register_keras_serializable(package="st_keras")
class ModeCell(SpatialStateCell):
    """One step of ModeRNN: slots bind parts of the input, are weighted, and update the memory.

    Equations (ModeRNN [1], as released; `*` is a same-padded 3x3 convolution, `.` the elementwise
    product; `SlotBinding` and `SlotFusion` have the details):

        u        = [x, h]
        bound_s  = softmax(Q_s K_s^T . F^-1/2) V_s       Q from slots, K and V from u; s = 1..S
        fused    = sum_s w_s(u) . relu(W_s * bound_s) + w_x(u) . (W_x * u)    once for i, f and
                                                                              once for o, g
        i, f     = sig(LN(fused_if))      o, g = sig(.), tanh(.) of LN(fused_og)
        slots'   = f . slots + i . g
        h'       = o . tanh(slots')

    A slot is an attention head with fusion weights of its own. The memory they share, `slots`, has
    F channels: it is the cell state of an LSTM, not one state per slot.

    Work per step, in multiply-adds per sequence, for n = H W positions and inputs of F channels:
    attention 4 F n^2, convolutions 72 F^2 n for the slots and 72 F^2 n for the skip branches. At
    F = 64 and n = 256 attention is a tenth of it, at n = 1,024 a third. Attention maps (S n^2
    numbers) are computed again for the gradient instead of being kept for each step.

    Args:
        filters: int F >= 1. Channels of h and of the memory. Default 64, as released.
        num_slots: int S >= 1 that divides 2 F. Default 4.
        layer_norm: bool. Normalise `fused` over (H, W, channels) with an affine weight per
            position and channel, epsilon 1e-5. Ties the cell to one image size. Default True.
        batch_norm: bool. Batch normalisation in the projections to Q, K and V. Default True.
        softmax_importance: bool. Importance weights w that compete (softmax over the slots)
            instead of independent ones (sigmoid). Default False.
        separate_slots: bool. One memory per slot, (B, H, W, S F): slot s asks by its own memory,
            has gates i_s, f_s, g_s from LN(w_s . relu(W_s * bound_s) + skip), and
            h' = o . tanh(mean_s slots_s'). Default False.
        learned_initial_slots: bool. The memory starts from a trained value per channel instead of
            zeros. Default False.
        slot_scale: bool. Attention scaled by d^-1/2, d = 2 F / S, instead of F^-1/2. Default False.
        return_responses: bool. If True the output is `(h', importance, attention)`, what
            `slot_responses` returns. Default False.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: (B, H, W, C), one time step.
        states: [h, slots], each (B, H, W, F); slots float32 also under mixed precision.
        update_statistics: bool. Normalise by the batch and update the batch statistics, as in
            training; for a loop that carries them. Default False.

    Returns:
        `(h', [h', slots'])`, or `((h', importance, attention), [h', slots'])`.

    `SpatioTemporalRNN` carries the batch statistics; `keras.layers.RNN` cannot, so there the cell
    trains with `batch_norm=False` only, and says so.

    Raises:
        ValueError: for sizes out of range, an input that is not (B, H, W, C), `layer_norm=True`
            with unknown H or W, training in a loop that does not carry the batch statistics.

    Differs from the paper / other code: the released code fixes the defaults here (it needs small
    repairs to run at all); of the paper's text only the idea is certain: slots with independent
    parameters and learned importance weights. What it is said to do beyond the code is behind the
    options. The released test loop never leaves training mode, so its batch normalisation uses the
    statistics of the test batch; here inference uses the moving ones.

    Example:

    >>> import numpy as np
    >>> from st_keras.layers import SpatioTemporalRNN
    >>> rnn = SpatioTemporalRNN(ModeCell(filters=8, num_slots=4), return_sequences=True)
    >>> rnn(np.random.rand(2, 5, 8, 8, 1).astype("float32")).shape
    TensorShape([2, 5, 8, 8, 8])

    References: [1] Yao, Wang, Wu, Wang, Long: ModeRNN. arXiv 2110.03882; TPAMI 2023 as "ModeRNN:
    Harnessing Spatiotemporal Mode Collapse in Unsupervised Predictive Learning".
    """

    def __init__(
        self,
        filters=64,
        num_slots=4,
        layer_norm=True,
        batch_norm=True,
        softmax_importance=False,
        separate_slots=False,
        learned_initial_slots=False,
        slot_scale=False,
        return_responses=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.filters = check_int("ModeCell", "filters", filters, 1)
        self.num_slots = check_int("ModeCell", "num_slots", num_slots, 1)
        features = 2 * self.filters
        check_divisible("ModeCell", "2 * filters", features, "num_slots", self.num_slots)
        self.layer_norm = bool(layer_norm)
        self.batch_norm = bool(batch_norm)
        self.softmax_importance = bool(softmax_importance)
        self.separate_slots = bool(separate_slots)
        self.learned_initial_slots = bool(learned_initial_slots)
        self.slot_scale = bool(slot_scale)
        self.return_responses = bool(return_responses)

        dtype = self.dtype_policy
        width = features // self.num_slots if self.slot_scale else self.filters
        self.binding = SlotBinding(
            features,
            self.num_slots,
            scale=width**-0.5,
            batch_norm=self.batch_norm,
            separate_slots=self.separate_slots,
            dtype=dtype,
            name="binding",
        )
        self.fusion = SlotFusion(
            features,
            self.num_slots,
            softmax_importance=self.softmax_importance,
            dtype=dtype,
            name="fusion",
        )
        self.norms, self.initial_slots = {}, None

    @property
    def memory_channels(self):
        """Channels of the memory: F, or S F with `separate_slots`."""
        return self.filters * (self.num_slots if self.separate_slots else 1)

    def build(self, input_shape):
        """Create all weights for inputs (B, H, W, C)."""
        self.remember_spatial_shape(input_shape)
        size = self.spatial_shape
        if self.layer_norm and None in size:
            raise error(
                "ModeCell",
                f"layer_norm=True with height and width {size}",
                "a fixed height and width, because the normalisation has a weight per position",
                "Give the input a fixed size, or set layer_norm=False.",
            )
        u_shape = (None, *size, input_shape[-1] + self.filters)
        self.binding.build(u_shape, (None, *size, self.memory_channels))
        self.fusion.build(u_shape, self.binding.slot_features)
        for gates in PAIRS if self.layer_norm else ():
            self.norms[gates] = [
                self.add_weight(
                    name=f"norm_{gates}_{name}",
                    shape=(*size, 2 * self.filters),
                    initializer=start,
                    autocast=False,
                )
                for name, start in (("gamma", "ones"), ("beta", "zeros"))
            ]
        if self.learned_initial_slots:
            self.initial_slots = self.add_weight(
                name="initial_slots", shape=(self.memory_channels,), initializer="zeros"
            )
        self.built = True

    def call(self, inputs, states, update_statistics=False, training=False):
        """Apply the equations of the class docstring."""
        h, slots = states
        if training and self.batch_norm and not update_statistics:
            raise error(
                "ModeCell",
                "a training step in a loop that does not carry the statistics of batch_norm=True",
                "st_keras.layers.SpatioTemporalRNN, or batch_norm=False",
                "Write SpatioTemporalRNN(ModeCell(...)) instead of keras.layers.RNN(...).",
            )
        u = self._seen(inputs, h)  # (B, H, W, C+F)
        bound = self.binding(u, slots, update_statistics=update_statistics)
        terms, skip, importance = self.fusion(bound, u)
        fused = [sum(terms, skip)]
        if self.separate_slots:
            fused = [*(term + skip for term in terms), *fused]
        # Copied: `remat_call` reads tensors, not variables.
        norms = [[ops.copy(weight) for weight in norm] for norm in self.norms.values()]
        h_new, slots_new = remat_call(self._update, (slots, fused, norms))
        h_new = ops.cast(h_new, h.dtype)

        output = h_new
        if self.return_responses:
            output = (h_new, importance, self.binding.attention(u, slots))
        return output, [h_new, slots_new]

    def slot_responses(self, inputs, states):
        """Return how the slots answer to one step, in inference.

        Args:
            inputs: (B, H, W, C).
            states: [h, slots], those *before* the step.

        Returns:
            `(importance, attention)`: the weights w (B, S, 4F), in the order i f o g, in (0, 1);
            and how much all positions together look at each one, (B, S, H, W), which adds up to 1
            per slot.
        """
        h, slots = states
        u = self._seen(inputs, h)
        _, _, importance = self.fusion(self.binding(u, slots), u)
        return importance, self.binding.attention(u, slots)

    def state_specs(self, spatial_shape):
        """h in the compute dtype; the memory, a running sum, in the variable dtype."""
        return [
            ((*spatial_shape, self.filters), self.compute_dtype),
            ((*spatial_shape, self.memory_channels), self.variable_dtype),
        ]

    @property
    def state_names(self):
        """Names of the states: those of the equations."""
        return ["h", "slots"]

    def get_initial_state(self, batch_size=None, spatial_shape=None):
        """Return zeros, or the learned start of the memory."""
        h, slots = super().get_initial_state(batch_size, spatial_shape)
        if self.learned_initial_slots:
            if not self.built:
                raise error(
                    "ModeCell",
                    "learned_initial_slots=True in a cell that is not built",
                    "a built cell, whose start is a weight",
                    "Call cell.build((None, H, W, C)) first.",
                )
            slots = slots + ops.cast(self.initial_slots, slots.dtype)
        return [h, slots]

    @property
    def batch_statistics(self):
        """Those of slot binding."""
        return self.binding.batch_statistics

    def load_own_variables(self, store):
        """Load what Keras hands over; in files of version 0.1 each pair of gates had layers."""
        super().load_own_variables(load_older_mode_cell(store, self))

    def get_config(self):
        """Return every constructor argument."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "num_slots": self.num_slots,
            "layer_norm": self.layer_norm,
            "batch_norm": self.batch_norm,
            "softmax_importance": self.softmax_importance,
            "separate_slots": self.separate_slots,
            "learned_initial_slots": self.learned_initial_slots,
            "slot_scale": self.slot_scale,
            "return_responses": self.return_responses,
        }

    def _seen(self, inputs, h):
        """Return u of the equations."""
        x = ops.cast(inputs, self.compute_dtype)
        return ops.concatenate([x, ops.cast(h, self.compute_dtype)], axis=-1)

    def _update(self, arguments):
        """Return (h', slots') from the memory, what was fused, and gamma and beta of the norms.

        With separate slots each memory has gates of its own; the last ones are for the output gate.
        """
        slots, fused, norms = arguments
        gates = [self._gates(each, norms) for each in fused]
        memories = ops.split(slots, self.num_slots, axis=-1) if self.separate_slots else [slots]
        updated = [
            memory_update(memory, ops.sigmoid(i), ops.sigmoid(f), ops.tanh(g))[0]
            for memory, (i, f, _, g) in zip(memories, gates, strict=False)
        ]
        visible = sum(updated) / self.num_slots if self.separate_slots else updated[0]
        h_new = ops.sigmoid(gates[-1][2]) * ops.tanh(visible)
        return h_new, ops.concatenate(updated, axis=-1)

    def _gates(self, fused, norms):
        """Return the pre-activations of i, f, o, g."""
        pairs = split_gates(ops.cast(fused, self.variable_dtype), 2)
        if norms:
            pairs = [normalized(pair, *norm) for pair, norm in zip(pairs, norms, strict=True)]
        return [gate for pair in pairs for gate in split_gates(pair, 2)]


def normalized(x, gamma, beta):
    """Return LN(x) over (H, W, channels), with a weight per position and channel.

    As `keras.ops.layer_normalization`, which multiplies gamma and beta into the scale and shift of
    each sample. This takes fewer products (`python -m benchmarks leads --only layer_norm`).
    """
    centred = x - ops.mean(x, axis=AXES, keepdims=True)
    variance = ops.mean(ops.square(centred), axis=AXES, keepdims=True)
    return centred * ops.rsqrt(variance + EPSILON) * gamma + beta
