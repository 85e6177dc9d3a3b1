"""Named constructor arguments and recipes of `ConvLSTM`."""

PRESETS = {
    # As wide and deep as the published PredRNN for Moving MNIST, 64x64x1.
    "moving_mnist": {"filters": (128, 128, 128, 128), "kernel_size": 5, "patch_size": 4},
    # Small enough to train within minutes on two CPU cores.
    "smoke": {"filters": (48, 48), "kernel_size": 3, "patch_size": 8},
}

# "fast" is as long as its minutes allow (`family_settings.OPEN_ENDED`), "smoke" never longer.
PRESETS["fast"] = PRESETS["smoke"]

# How a network of each preset is trained; `ModelFamily` says what the entries are.
RECIPES = {
    # That of PredRNN (V1), which its authors compare with.
    "moving_mnist": {
        "context_length": 10,
        "batch_size": 8,
        "steps": 80_000,
        "learning_rate": 3e-4,
        "decay": "constant",
        "decoupling_weight": 0.0,
        "sampling": "scheduled",
        "plateau": (25_000, 50_000, 2500),
        "reverse_input": True,
        "epsilon": 1e-8,
    },
    # Ours, for a few minutes on two CPU cores.
    "smoke": {
        "context_length": 10,
        "batch_size": 8,
        "steps": 1200,
        "learning_rate": 0.005,
        "decay": "cosine",
        "decoupling_weight": 0.0,
        "sampling": "scheduled",
        "plateau": (120, 750, 50),
        "reverse_input": False,
        "epsilon": 1e-7,
    },
}

RECIPES["fast"] = RECIPES["smoke"]

# What `--recipe` calls them: the preset, and arguments in which the network differs.
NAMED_RECIPES = {
    "fast": ("fast", {}),
    "convlstm_moving_mnist": ("moving_mnist", {}),
    "smoke": ("smoke", {}),
}
