"""Pre-activations of the gates of an ST-LSTM, from the input, the states and an action."""

import keras

from st_keras.cells.convolutions import ConcatenatedConv2D
from st_keras.cells.initializers import fresh_initializer, uniform_initializer
from st_keras.ops import split_gates


class FusedGates(keras.layers.Layer):
    """One convolution for each memory, over the input and the state beside it.

        i,  f,  g,  o = temporal([x, h])              (k, k, C+F, 4F)
        i_, f_, g_    = spatiotemporal([x, m])        (k, k, C+F, 3F)

    Args:
        filters: int F.
        **options: `kernel_size`, `use_bias`, `kernel_initializer` (of each input's part of the
            kernels), `dtype`, `name`.

    Call arguments:
        x: (B, H, W, C).
        h, m: (B, H, W, F).

    Returns:
        `((i, f, g, o), (i_, f_, g_))`, each (B, H, W, F), before their activations.
    """

    def __init__(self, filters, kernel_size, use_bias, kernel_initializer, **kwargs):
        super().__init__(autocast=False, **kwargs)
        self.filters = filters
        self.temporal, self.spatiotemporal = (
            ConcatenatedConv2D(
                gates * filters,
                kernel_size,
                use_bias=use_bias,
                kernel_initializer=kernel_initializer,
                dtype=self.dtype_policy,
                name=name,
            )
            for gates, name in ((4, "temporal"), (3, "spatiotemporal"))
        )

    def build(self, input_shape):
        """Create the kernels for x of `input_shape`."""
        state_shape = (*input_shape[:3], self.filters)
        self.temporal.build([input_shape, state_shape])
        self.spatiotemporal.build([input_shape, state_shape])
        self.built = True

    def call(self, x, h, m):
        """Convolve."""
        of_c, of_m = self.temporal([x, h]), self.spatiotemporal([x, m])
        return split_gates(of_c, 4), split_gates(of_m, 3)


class SeparateGates(keras.layers.Layer):
    """A convolution for each input, which can be normalised by itself before the sum.

        xi, xf, xg, xi_, xf_, xg_, xo = LN(input_conv(x))           (k, k, C, 7F)
        hi, hf, hg, ho                = LN(recurrent_conv(h))       (k, k, F, 4F)
        mi, mf, mg                    = LN(memory_conv(m))          (k, k, F, 3F)
        i = xi + hi, f = ..., g = ..., o = ...        i_ = xi_ + mi, f_ = ..., g_ = ...

    Args:
        layer_norm: bool. LN is over (H, W, channels), with a weight per position and channel and
            epsilon 1e-5; without it there is none.
        others, call arguments, returns: as `FusedGates`.
    """

    def __init__(
        self, filters, kernel_size, use_bias, kernel_initializer, layer_norm=True, **kwargs
    ):
        super().__init__(autocast=False, **kwargs)
        self.filters, self.layer_norm = filters, layer_norm
        self._conv_options = {
            "kernel_size": kernel_size,
            "padding": "same",
            "use_bias": use_bias,
            "dtype": self.dtype_policy,
        }
        self._start = kernel_initializer
        self.input_conv, self.input_norm = self._normalized_conv(7, "input")
        self.recurrent_conv, self.recurrent_norm = self._normalized_conv(4, "recurrent")
        self.memory_conv, self.memory_norm = self._normalized_conv(3, "memory")

    def build(self, input_shape):
        """Create the weights for x of `input_shape`; LN needs a known H and W."""
        state_shape = (*input_shape[:3], self.filters)
        self._build_conv(self.input_conv, self.input_norm, input_shape)
        self._build_conv(self.recurrent_conv, self.recurrent_norm, state_shape)
        self._build_conv(self.memory_conv, self.memory_norm, state_shape)
        self.built = True

    def call(self, x, h, m):
        """Convolve, normalise, add."""
        return self._sums(x, self.recurrent_norm(self.recurrent_conv(h)), m)

    def _sums(self, x, of_h, m):
        xi, xf, xg, xi_, xf_, xg_, xo = split_gates(self.input_norm(self.input_conv(x)), 7)
        hi, hf, hg, ho = split_gates(of_h, 4)
        mi, mf, mg = split_gates(self.memory_norm(self.memory_conv(m)), 3)
        return (xi + hi, xf + hf, xg + hg, xo + ho), (xi_ + mi, xf_ + mf, xg_ + mg)

    def _normalized_conv(self, gates, name):
        start = fresh_initializer(self._start)
        options = {**self._conv_options, "kernel_initializer": start, "name": f"{name}_conv"}
        conv = keras.layers.Conv2D(gates * self.filters, **options)
        return conv, spatial_norm(self.layer_norm, self.dtype_policy, f"{name}_norm")

    def _build_conv(self, conv, norm, shape):
        conv.build(shape)
        norm.build((*shape[:3], conv.filters))


class ActionGates(SeparateGates):
    """`SeparateGates` in which what the hidden state says is multiplied by what the action says.

        vi, vf, vg, vo = LN(recurrent_conv(h)) . LN(action_conv(a))         (k, k, A, 4F)

    in place of hi, hf, hg, ho. Biases start as U(+-1/sqrt(fan_in)), like the kernels.

    Args:
        action_channels: int A.
        others: as `SeparateGates`.

    Call arguments:
        a: (B, H, W, A), behind the others.
    """

    def __init__(self, filters, action_channels, **kwargs):
        super().__init__(filters, **kwargs)
        self.action_channels = action_channels
        self.action_conv, self.action_norm = self._normalized_conv(4, "action")

    def build(self, input_shape):
        """Create the weights for x of `input_shape`."""
        super().build(input_shape)
        self.built = False  # until the rest is there
        self._build_conv(
            self.action_conv, self.action_norm, (*input_shape[:3], self.action_channels)
        )
        self.built = True

    def call(self, x, h, m, a):
        """Convolve, normalise, multiply, add."""
        v = self.recurrent_norm(self.recurrent_conv(h)) * self.action_norm(self.action_conv(a))
        return self._sums(x, v, m)

    def _build_conv(self, conv, norm, shape):
        start_bias_by_fan_in(conv, shape[-1])
        super()._build_conv(conv, norm, shape)


def spatial_norm(layer_norm, dtype_policy, name):
    """Return a normalisation over (H, W, channels), epsilon 1e-5; without one, the identity."""
    if not layer_norm:
        return keras.layers.Identity(dtype=dtype_policy, name=name)
    return keras.layers.LayerNormalization(
        axis=(1, 2, 3), epsilon=1e-5, dtype=dtype_policy, name=name
    )


def start_bias_by_fan_in(conv, channels):
    """Let the bias of a convolution over so many channels start as PyTorch's."""
    # Keras shows a bias initializer the shape of the bias alone, which does not say fan_in.
    height, width = conv.kernel_size
    conv.bias_initializer = uniform_initializer(height * width * channels)
