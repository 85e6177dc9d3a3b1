"""The convolutional LSTM cell (ConvLSTM), the baseline of the field."""

import keras
from keras import ops

from st_keras.cells.convolutions import ConcatenatedConv2D, check_kernel_size
from st_keras.cells.gated_memory import gated_memory
from st_keras.cells.initializers import PUBLISHED_INITIALIZER
from st_keras.cells.older_files import load_older_conv_lstm
from st_keras.cells.spatial_state_cell import SpatialStateCell
from st_keras.ops import split_gates
from st_keras.validation import check_int, check_number


@keras.saving.register_keras_serializable(package="st_keras")
class ConvLSTMCell(SpatialStateCell):
    """One step of a convolutional LSTM: an LSTM whose products are same-padded convolutions `*`.

        i, f, g, o = sig(.), sig(. + forget_bias), tanh(.), sig(.) of  W*[x, h] + b
        c'         = f . c + i . g
        h'         = o . tanh(c')

    The equations of `keras.layers.ConvLSTM2D` with `recurrent_activation="sigmoid"`, which keeps
    its cell to itself and cannot run on its own predictions. `gates` is the kernel W
    (k, k, C+F, 4F) of i f g o, and b.

    Args:
        filters: int F >= 1. Channels of h and c.
        kernel_size: odd int or pair of odd ints. Default 5.
        forget_bias: float added to the forget gate. Default 1.0 (Keras' `unit_forget_bias`).
        kernel_initializer: default U(+-1/sqrt(fan_in)), as our other cells.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: (B, H, W, C), one time step.
        states: [h, c], each (B, H, W, F); c float32 also under mixed precision.

    Returns:
        `(h', [h', c'])`.

    Raises:
        ValueError: for a non-positive `filters`, an even `kernel_size`, an input that is not
            (B, H, W, C).

    Differs from the paper: no peephole terms (Hadamard products with c), like nearly all later
    code.

    Example:

    >>> import numpy as np
    >>> rnn = keras.layers.RNN(ConvLSTMCell(filters=8, kernel_size=3))
    >>> rnn(np.random.rand(2, 5, 16, 16, 1).astype("float32")).shape
    TensorShape([2, 16, 16, 8])

    Source: Shi et al.: Convolutional LSTM Network. NeurIPS 2015, arXiv 1506.04214.
    """

    def __init__(
        self,
        filters,
        kernel_size=5,
        forget_bias=1.0,
        kernel_initializer=PUBLISHED_INITIALIZER,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.filters = check_int("ConvLSTMCell", "filters", filters, 1)
        self.kernel_size = check_kernel_size("ConvLSTMCell", kernel_size)
        self.forget_bias = check_number("ConvLSTMCell", "forget_bias", forget_bias)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.gates = ConcatenatedConv2D(
            4 * self.filters,
            self.kernel_size,
            kernel_initializer=self.kernel_initializer,
            dtype=self.dtype_policy,
            name="gates",
        )

    def build(self, input_shape):
        """Create all weights for inputs (B, H, W, C)."""
        self.remember_spatial_shape(input_shape)
        self.gates.build([input_shape, (*input_shape[:3], self.filters)])
        self.built = True

    def call(self, inputs, states):
        """Apply the equations of the class docstring."""
        h, c = states  # each (B, H, W, F)
        i, f, g, o = split_gates(self.gates([inputs, h]), 4)
        c_new, _ = gated_memory(c, i, f, g, self.forget_bias)
        h_new = ops.cast(ops.sigmoid(o) * ops.tanh(ops.cast(c_new, self.compute_dtype)), h.dtype)
        return h_new, [h_new, c_new]

    def state_specs(self, spatial_shape):
        """h in the compute dtype; c, a running sum, in the variable dtype."""
        shape = (*spatial_shape, self.filters)
        return [(shape, self.compute_dtype), (shape, self.variable_dtype)]

    @property
    def state_names(self):
        """Names of the states: those of the equations."""
        return ["h", "c"]

    def get_config(self):
        """Return every constructor argument."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "forget_bias": self.forget_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }

    def load_own_variables(self, store):
        """Load what Keras hands over; files of version 0.1 had a kernel for each input."""
        super().load_own_variables(load_older_conv_lstm(store))
