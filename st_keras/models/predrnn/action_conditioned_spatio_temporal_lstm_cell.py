"""The ST-LSTM cell whose temporal gates are steered by an action."""

import keras

from st_keras.cells.initializers import PUBLISHED_INITIALIZER
from st_keras.models.predrnn.gates import ActionGates, start_bias_by_fan_in
from st_keras.models.predrnn.spatio_temporal_lstm_cell import SpatioTemporalLSTMCell
from st_keras.validation import check_int, error


@keras.saving.register_keras_serializable(package="st_keras")
class ActionConditionedSpatioTemporalLSTMCell(SpatioTemporalLSTMCell):
    """One step of the spatiotemporal LSTM of PredRNN-V2 with an action `a` beside its input.

    What the hidden state says to the temporal gates is multiplied by what the action says; the
    spatiotemporal memory `m` is updated without it. `*` is a same-padded convolution, `.` the
    elementwise product.

    Equations (PredRNN-V2 [1], as released; symbols are the local names in `call`):

        v          = (Wh*h + bh) . (Wa*a + ba)              4F channels: vi vf vg vo
        i,  f,  g  = sig(Wxi*x + vi), sig(Wxf*x + vf + forget_bias), tanh(Wxg*x + vg)
        c'         = f . c + i . g                          delta_c = i . g
        i_, f_, g_ = with Wx_*x + Wm*m, as in `SpatioTemporalLSTMCell`
        m'         = f_ . m + i_ . g_                       delta_m = i_ . g_
        o          = sig(Wxo*x + vo + Wo*[c', m'])
        h'         = o . tanh(W11*[c', m'])                 W11 is 1x1

    Every convolution has a bias (bx, bm, bo, b11 are left out above). What goes into the gates is
    `ActionGates`.

    Args:
        filters: int F >= 1. Channels of h, c and m (`num_hidden` in the reference code).
        action_channels: int A >= 1. The last A channels of the input are the action.
        kernel_size: odd int or pair of odd ints k (`filter_size`). Default 5.
        layer_norm: bool. Normalise each convolution but `fusion_conv` over (H, W, channels), that
            of the action too, before the product. Ties the cell to one image size. Default False.
        forget_bias: float added to both forget gates. Default 1.0.
        use_bias: bool. Biases in all convolutions, which start as U(+-1/sqrt(fan_in)) like the
            kernels. Default True, as released: h is zero at the first step, and without bh the
            action would have no say there.
        return_increments: bool. If True the output is `(h', delta_c, delta_m)`. Default False.
        kernel_initializer: default U(+-1/sqrt(fan_in)), which the reference code starts from.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: (B, H, W, C+A), one time step: C channels of x, then A channels of the action,
            encoded to maps of the size of x.
        states: [h, c, m], each (B, H, W, F); dtypes as in `SpatioTemporalLSTMCell`.

    Returns:
        `(h', [h', c', m'])`, or `((h', delta_c, delta_m), [h', c', m'])`.

    Raises:
        ValueError: as `SpatioTemporalLSTMCell`; for an `action_channels` below 1, or an input with
            no channel left beside the action.

    Differs from the reference code: the action may have any number of channels; there it has F.

    Example:

    >>> import numpy as np, keras
    >>> cell = ActionConditionedSpatioTemporalLSTMCell(filters=8, action_channels=4, kernel_size=3)
    >>> frames, actions = np.zeros((2, 5, 16, 16, 1)), np.ones((2, 5, 16, 16, 4))
    >>> keras.layers.RNN(cell)(np.concatenate([frames, actions], axis=-1)).shape
    TensorShape([2, 16, 16, 8])

    References: [1] Wang, Wu, Zhang, Gao, Wang, Yu, Long: PredRNN: A Recurrent Neural Network for
    Spatiotemporal Predictive Learning. TPAMI 2022, arXiv 2103.09504.
    """

    def __init__(
        self,
        filters,
        action_channels,
        kernel_size=5,
        layer_norm=False,
        forget_bias=1.0,
        use_bias=True,
        return_increments=False,
        kernel_initializer=PUBLISHED_INITIALIZER,
        **kwargs,
    ):
        where = "ActionConditionedSpatioTemporalLSTMCell"
        action_channels = check_int(where, "action_channels", action_channels, 1)
        self._action_channels = action_channels  # `_make_gates` asks
        super().__init__(
            filters,
            kernel_size,
            layer_norm=layer_norm,
            forget_bias=forget_bias,
            use_bias=use_bias,
            return_increments=return_increments,
            kernel_initializer=kernel_initializer,
            **kwargs,
        )
        self.action_channels = action_channels

    def build(self, input_shape):
        """Create all weights for inputs (B, H, W, C+A)."""
        self.remember_spatial_shape(input_shape)
        channels = input_shape[-1] - self.action_channels
        if channels < 1:
            raise error(
                "ActionConditionedSpatioTemporalLSTMCell",
                f"{input_shape[-1]} input channel(s) with action_channels={self.action_channels}",
                "the channels of the action after at least one other",
                "Concatenate the frame and the action along the last axis.",
            )
        start_bias_by_fan_in(self.output_conv, 2 * self.filters)
        start_bias_by_fan_in(self.fusion_conv, 2 * self.filters)
        super().build((*input_shape[:3], channels))

    def get_config(self):
        """Return every constructor argument."""
        return {**super().get_config(), "action_channels": self.action_channels}

    def _read(self, inputs, h, m):
        x, a = inputs[..., : -self.action_channels], inputs[..., -self.action_channels :]
        return x, h, m, a

    def _make_gates(self):
        return ActionGates(
            self.filters, self._action_channels, layer_norm=self.layer_norm, **self._gate_options()
        )
