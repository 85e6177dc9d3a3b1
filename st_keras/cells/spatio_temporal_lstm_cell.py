"""The spatiotemporal LSTM cell (ST-LSTM) of PredRNN: one time step of one layer."""

import keras
from keras import ops

from st_keras.cells.gated_memory import gated_memory
from st_keras.cells.joined_conv import JoinedConv2D
from st_keras.cells.kernel_size import check_kernel_size
from st_keras.cells.pointwise_conv import PointwiseConv2D
from st_keras.cells.spatial_state_cell import SpatialStateCell
from st_keras.ops import split_gates
from st_keras.validation import check_int, check_number, error

# U(-1/sqrt(fan_in), 1/sqrt(fan_in)): what the published code starts from.
PUBLISHED_INITIALIZER = keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")


def fresh_initializer(initializer):
    """Copy a Keras initializer: one and the same object would give each kernel the same draw."""
    return initializer.clone() if isinstance(initializer, keras.Initializer) else initializer


@keras.saving.register_keras_serializable(package="st_keras")
class SpatioTemporalLSTMCell(SpatialStateCell):
    """One step of the spatiotemporal LSTM (ST-LSTM).

    Two memories are updated: `c` moves along time inside one layer, `m` moves up the stack and on
    to the next time step. `*` is a same-padded convolution, `.` the elementwise product.

    Equations (PredRNN [1], as released; symbols are the local names in `call`):

        i,  f,  g  = sig(Wxi*x + Whi*h), sig(Wxf*x + Whf*h + forget_bias), tanh(Wxg*x + Whg*h)
        c'         = f . c + i . g                          delta_c = i . g
        i_, f_, g_ = the same with x and m in place of h    (weights Wx_ and Wm)
        m'         = f_ . m + i_ . g_                       delta_m = i_ . g_
        o          = sig(Wxo*x + Who*h + Wo*[c', m'])
        h'         = o . tanh(W11*[c', m'])                 W11 is 1x1

    Kernels, fused along the last axis in this order:
        input_conv      (k, k, C, 7F)    i f g i_ f_ g_ o
        recurrent_conv  (k, k, F, 4F)    i f g o
        memory_conv     (k, k, F, 3F)    i_ f_ g_
        output_conv     (k, k, 2F, F)    o
        fusion_conv     (1, 1, 2F, F)    no normalisation

    Args:
        filters: int F >= 1. Channels of h, c and m (`num_hidden` in the reference code).
        kernel_size: odd int or pair of odd ints k (`filter_size`). Default 5.
        layer_norm: bool. Normalise each convolution but `fusion_conv` over (H, W, channels), with
            an affine weight per position and channel and epsilon 1e-5. Ties the cell to one image
            size. Default False, as in all released scripts.
        forget_bias: float added to both forget gates. Default 1.0.
        use_bias: bool. Biases in all convolutions. Default False.
        return_increments: bool. If True the output is `(h', delta_c, delta_m)`; `ZigzagStackCell`
            needs them for memory decoupling. Default False.
        kernel_initializer: default U(+-1/sqrt(fan_in)), which the reference code starts from.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: (B, H, W, C), one time step.
        states: [h, c, m], each (B, H, W, F). Under mixed precision h has the compute dtype and the
            memories c, m are float32; each state is returned in the dtype it came in with.

    Returns:
        `(h', [h', c', m'])`, or `((h', delta_c, delta_m), [h', c', m'])`.

    Raises:
        ValueError: for a non-positive `filters`, an even `kernel_size`, an input that is not
            (B, H, W, C), or `layer_norm=True` with unknown H or W.

    Differs from the paper / other code: the first author's TensorFlow code feeds the same x terms
    to both memories and lets the incoming m into o; this cell follows the released PyTorch code,
    whose equations are the published ones. Released: no biases, forget bias added as a constant.

    Example:

    >>> import numpy as np, keras
    >>> rnn = keras.layers.RNN(SpatioTemporalLSTMCell(filters=8, kernel_size=3))
    >>> rnn(np.random.rand(2, 5, 16, 16, 1).astype("float32")).shape
    TensorShape([2, 16, 16, 8])

    References: [1] Wang, Long, Wang, Gao, Yu: PredRNN. NeurIPS 2017; Wang et al.: PredRNN. TPAMI
    2022, arXiv 2103.09504.
    """

    def __init__(
        self,
        filters,
        kernel_size=5,
        layer_norm=False,
        forget_bias=1.0,
        use_bias=False,
        return_increments=False,
        kernel_initializer=PUBLISHED_INITIALIZER,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.filters = check_int("SpatioTemporalLSTMCell", "filters", filters, 1)
        self.kernel_size = check_kernel_size("SpatioTemporalLSTMCell", kernel_size)
        self.layer_norm = bool(layer_norm)
        self.forget_bias = check_number("SpatioTemporalLSTMCell", "forget_bias", forget_bias)
        self.use_bias = bool(use_bias)
        self.return_increments = bool(return_increments)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

        self.input_conv = self._conv(7, "input_conv")
        self.recurrent_conv = self._conv(4, "recurrent_conv")
        self.memory_conv = self._conv(3, "memory_conv")
        self.output_conv = self._conv(1, "output_conv")
        self.fusion_conv = PointwiseConv2D(self.filters, **self._conv_options("fusion_conv"))
        self.joined = () if layer_norm or use_bias else self._joined()
        self.norms = {}
        if self.layer_norm:
            names = ("input", "recurrent", "memory", "output")
            self.norms = {name: self._norm(name) for name in names}

    def build(self, input_shape):
        """Create all weights for inputs (B, H, W, C)."""
        self.remember_spatial_shape(input_shape)
        size = self.spatial_shape
        if self.layer_norm and None in size:
            raise error(
                "SpatioTemporalLSTMCell",
                f"layer_norm=True with height and width {size}",
                "a fixed height and width, because the normalisation has a weight per position",
                "Give the input a fixed size, or set layer_norm=False.",
            )
        F = self.filters
        for name, conv, channels in (
            ("input", self.input_conv, input_shape[-1]),
            ("recurrent", self.recurrent_conv, F),
            ("memory", self.memory_conv, F),
            ("output", self.output_conv, 2 * F),
        ):
            conv.build((None, *size, channels))
            if self.layer_norm:
                self.norms[name].build((None, *size, conv.filters))
        self.fusion_conv.build((None, *size, 2 * F))
        self.built = True

    def call(self, inputs, states):
        """Apply the equations of the class docstring."""
        h, c, m = states  # each (B, H, W, F)
        x = inputs  # (B, H, W, C)
        (i, f, g, o), (i_, f_, g_) = self._gates(x, h, m)

        c_new, delta_c = gated_memory(c, i, f, g, self.forget_bias)
        m_new, delta_m = gated_memory(m, i_, f_, g_, self.forget_bias)

        memories = ops.cast(ops.concatenate([c_new, m_new], axis=-1), self.compute_dtype)
        o = ops.sigmoid(o + self._project("output", memories))
        h_new = ops.cast(o * ops.tanh(self.fusion_conv(memories)), h.dtype)

        output = (h_new, delta_c, delta_m) if self.return_increments else h_new
        return output, [h_new, c_new, m_new]

    def state_specs(self, spatial_shape):
        """h in the compute dtype; c and m, which are running sums, in the variable dtype."""
        shape = (*spatial_shape, self.filters)
        return [
            (shape, self.compute_dtype),
            (shape, self.variable_dtype),
            (shape, self.variable_dtype),
        ]

    @property
    def state_names(self):
        """Names of the states: those of the equations."""
        return ["h", "c", "m"]

    def get_config(self):
        """Return every constructor argument."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "layer_norm": self.layer_norm,
            "forget_bias": self.forget_bias,
            "use_bias": self.use_bias,
            "return_increments": self.return_increments,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }

    def _gates(self, x, h, m):
        """Return what goes into i, f, g, o and into i_, f_, g_."""
        if self.joined and self.joined[0].given:
            of_c, of_m = self.joined
            return split_gates(of_c(x, h), 4), split_gates(of_m(x, m), 3)
        xi, xf, xg, xi_, xf_, xg_, xo = split_gates(self._project("input", x), 7)
        hi, hf, hg, ho = split_gates(self._project("recurrent", h), 4)
        mi, mf, mg = split_gates(self._project("memory", m), 3)
        return (xi + hi, xf + hf, xg + hg, xo + ho), (xi_ + mi, xf_ + mf, xg_ + mg)

    def _project(self, name, x):
        projected = getattr(self, f"{name}_conv")(x)
        return self.norms[name](projected) if self.layer_norm else projected

    def _joined(self):
        F, every = self.filters, [slice(None)]
        of_c, of_m = [slice(0, 3 * F), slice(6 * F, 7 * F)], [slice(3 * F, 6 * F)]
        return (
            JoinedConv2D((self.input_conv, of_c), (self.recurrent_conv, every)),
            JoinedConv2D((self.input_conv, of_m), (self.memory_conv, every)),
        )

    def _conv(self, gates, name):
        options = self._conv_options(name)
        return keras.layers.Conv2D(
            gates * self.filters, self.kernel_size, padding="same", **options
        )

    def _conv_options(self, name):
        return {
            "use_bias": self.use_bias,
            "kernel_initializer": fresh_initializer(self.kernel_initializer),
            "dtype": self.dtype_policy,
            "name": name,
        }

    def _norm(self, name):
        return keras.layers.LayerNormalization(
            axis=(1, 2, 3), epsilon=1e-5, dtype=self.dtype_policy, name=f"{name}_norm"
        )
