"""ConvLSTM as a network: frames in, next frames out; the baseline of every comparison."""

import keras

from st_keras.cells import ConvLSTMCell, RolloutCell, StackCell
from st_keras.models.convlstm.presets import PRESETS
from st_keras.models.next_frame_network import NextFrameNetwork, check_filters


@keras.saving.register_keras_serializable(package="st_keras")
class ConvLSTM(NextFrameNetwork):
    """Predict each next frame of a video with a stack of convolutional LSTM layers.

        frames -> patches -> [ConvLSTM x L] -> 1x1 convolution -> frames

    The same interface, training and forecasts as `PredRNN`, without the memory that passes through
    all layers: what is left when the contribution of PredRNN and ModeRNN is taken away.

    Args:
        filters: tuple of L ints. Default (128,) * 4.
        kernel_size: odd int. Default 5.
        patch_size: int p; H and W must be divisible by it. Default 4.
        forget_bias: float. Default 1.0.
        validity_channel: bool. Whether the network reads one further map per image channel: 1 where
            what it reads is data or its own prediction, 0 where a value is missing. Default False.
        **kwargs: `remat`, `truncated_bptt` (as in `SpatioTemporalRNN`), `name`, `dtype` (also
            "mixed_float16", "mixed_bfloat16"), `trainable`.

    Call arguments, returns: see `NextFrameNetwork`. It measures no loss terms.

    Raises:
        ValueError: for sizes out of range, H or W not divisible by `patch_size`, a wrong rank.

    Differs from the paper: no encoder and forecaster of their own weights, and no peephole terms.
    One stack reads and writes, as in the papers that use ConvLSTM as their baseline.

    Example:

    >>> import numpy as np
    >>> network = ConvLSTM(filters=(16, 16), kernel_size=3, patch_size=4)
    >>> network(np.random.rand(2, 5, 32, 48, 1).astype("float32")).shape
    TensorShape([2, 5, 32, 48, 1])

    Source: Shi et al.: Convolutional LSTM Network. NeurIPS 2015, arXiv 1506.04214.
    """

    PRESETS = PRESETS

    def __init__(
        self,
        filters=(128, 128, 128, 128),
        kernel_size=5,
        patch_size=4,
        forget_bias=1.0,
        validity_channel=False,
        **kwargs,
    ):
        filters = check_filters("ConvLSTM", filters)
        policy = keras.dtype_policies.get(kwargs.get("dtype"))
        cells = [
            ConvLSTMCell(width, kernel_size, forget_bias, dtype=policy, name=f"conv_lstm_{layer}")
            for layer, width in enumerate(filters)
        ]
        stack = StackCell(cells, dtype=policy, name="stack")
        super().__init__(
            RolloutCell(stack, validity_channel=validity_channel, dtype=policy, name="rollout"),
            patch_size,
            **kwargs,
        )
        self.filters = filters
        self.kernel_size = kernel_size
        self.forget_bias = forget_bias

    def get_config(self):
        """Return every constructor argument."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "patch_size": self.patch_size,
            "forget_bias": self.forget_bias,
            "validity_channel": self.validity_channel,
        }
