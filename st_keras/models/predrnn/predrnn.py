"""PredRNN and PredRNN-V2 as a network: frames in, next frames out."""

import keras

from st_keras.cells import RolloutCell, SpatioTemporalLSTMCell, ZigzagStackCell
from st_keras.models.next_frame_network import NextFrameNetwork, check_filters
from st_keras.models.predrnn.presets import PRESETS


@keras.saving.register_keras_serializable(package="st_keras")
class PredRNN(NextFrameNetwork):
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
        validity_channel: bool. Whether the network reads one further map per image channel: 1 where
            what it reads is data or its own prediction, 0 where a value is missing. Default False.
        **kwargs: `remat`, `truncated_bptt` (as in `SpatioTemporalRNN`), `name`, `dtype` (also
            "mixed_float16", "mixed_bfloat16"), `trainable`.

    Call arguments:
        frames: (B, T, H, W, C) in network units, best within [0, 1].
        observed_mask: optional (B, T), 1 = feed the observed frame, 0 = feed the prediction. The
            first step has no prediction before it and is always observed. Default: ones (teacher
            forcing).
        return_terms: bool. Also return the loss terms the network measures while it runs:
            {"decoupling": scalar in [0, 1]} for V2, {} for V1. Default False.
        valid, auxiliary, fill: missing pixels, and maps beside the frames: see `NextFrameNetwork`.

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

    PRESETS = PRESETS

    def __init__(
        self,
        filters=(128, 128, 128, 128),
        kernel_size=5,
        patch_size=4,
        layer_norm=False,
        forget_bias=1.0,
        decoupling=True,
        validity_channel=False,
        **kwargs,
    ):
        filters = check_filters("PredRNN", filters, equal=True)
        policy = keras.dtype_policies.get(kwargs.get("dtype"))
        cells = [
            SpatioTemporalLSTMCell(
                width,
                kernel_size,
                layer_norm=layer_norm,
                forget_bias=forget_bias,
                return_increments=bool(decoupling),
                dtype=policy,
                name=f"st_lstm_{layer}",
            )
            for layer, width in enumerate(filters)
        ]
        stack = ZigzagStackCell(cells, decoupling=decoupling, dtype=policy, name="stack")
        super().__init__(
            RolloutCell(stack, validity_channel=validity_channel, dtype=policy, name="rollout"),
            patch_size,
            layer_norm=layer_norm,
            decoupling=decoupling,
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
            "layer_norm": self.layer_norm,
            "forget_bias": self.forget_bias,
            "decoupling": self.decoupling,
            "validity_channel": self.validity_channel,
        }
