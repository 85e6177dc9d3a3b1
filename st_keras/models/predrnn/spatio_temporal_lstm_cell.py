"""The spatiotemporal LSTM cell (ST-LSTM) of PredRNN: one time step of one layer."""

import keras
from keras import ops

from st_keras.cells.convolutions import PointwiseConv2D, check_kernel_size
from st_keras.cells.gated_memory import gated_memory
from st_keras.cells.initializers import PUBLISHED_INITIALIZER, fresh_initializer
from st_keras.cells.older_files import load_older_st_lstm
from st_keras.cells.spatial_state_cell import SpatialStateCell
from st_keras.models.predrnn.gates import FusedGates, SeparateGates, spatial_norm
from st_keras.validation import check_int, check_number, error


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

    The pre-activations of i f g o and i_ f_ g_ are `gates`: a convolution of [x, h] and one of
    [x, m] (`FusedGates`), or with `layer_norm` one of each, normalised by itself (`SeparateGates`).
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

        self.gates = self._make_gates()
        self.output_conv = keras.layers.Conv2D(
            self.filters, self.kernel_size, padding="same", **self._conv_options("output_conv")
        )
        self.output_norm = spatial_norm(self.layer_norm, self.dtype_policy, "output_norm")
        self.fusion_conv = PointwiseConv2D(self.filters, **self._conv_options("fusion_conv"))

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
        memories_shape = (None, *size, 2 * self.filters)
        self.gates.build((None, *size, input_shape[-1]))
        self.output_conv.build(memories_shape)
        self.output_norm.build((None, *size, self.filters))
        self.fusion_conv.build(memories_shape)
        self.built = True

    def call(self, inputs, states):
        """Apply the equations of the class docstring."""
        h, c, m = states  # each (B, H, W, F)
        (i, f, g, o), (i_, f_, g_) = self.gates(*self._read(inputs, h, m))

        c_new, delta_c = gated_memory(c, i, f, g, self.forget_bias)
        m_new, delta_m = gated_memory(m, i_, f_, g_, self.forget_bias)

        memories = ops.cast(ops.concatenate([c_new, m_new], axis=-1), self.compute_dtype)
        o = ops.sigmoid(o + self.output_norm(self.output_conv(memories)))
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

    @property
    def memory_name(self):
        """c, which stays in its layer; m goes on to the next one."""
        return "c"

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

    def load_own_variables(self, store):
        """Load what Keras hands over; files of version 0.1 had a kernel for each input."""
        super().load_own_variables(load_older_st_lstm(store, self))

    def _read(self, inputs, h, m):
        """Return what the gates see."""
        return inputs, h, m

    def _make_gates(self):
        gates = SeparateGates if self.layer_norm else FusedGates
        return gates(self.filters, **self._gate_options())

    def _gate_options(self):
        return {"kernel_size": self.kernel_size, **self._conv_options("gates")}

    def _conv_options(self, name):
        return {
            "use_bias": self.use_bias,
            "kernel_initializer": fresh_initializer(self.kernel_initializer),
            "dtype": self.dtype_policy,
            "name": name,
        }
