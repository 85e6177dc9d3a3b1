"""Named constructor arguments of `PredRNN`, as the published scripts use them."""

PRESETS = {
    # Moving MNIST, 64x64x1: 23,855,104 parameters with decoupling (V2), 23,838,720 without (V1).
    "moving_mnist": {"filters": (128, 128, 128, 128), "kernel_size": 5, "patch_size": 4},
    # KTH, 128x128x1, patch 4 in the released scripts (OpenSTL uses patch 2).
    "kth": {"filters": (128, 128, 128, 128), "kernel_size": 5, "patch_size": 4},
    # Ours: small enough to train within minutes on two CPU cores; what `st-keras demo` uses.
    "smoke": {"filters": (48, 48), "kernel_size": 3, "patch_size": 8},
}
