"""Named constructor arguments of `ConvLSTM`."""

PRESETS = {
    # As wide and deep as the published PredRNN for Moving MNIST, 64x64x1.
    "moving_mnist": {"filters": (128, 128, 128, 128), "kernel_size": 5, "patch_size": 4},
    # Small enough to train within minutes on two CPU cores.
    "smoke": {"filters": (48, 48), "kernel_size": 3, "patch_size": 8},
}
