"""Named constructor arguments and recipes of `PredRNN`, as the published scripts use them."""

PRESETS = {
    # Moving MNIST, 64x64x1: 23,855,104 parameters with decoupling (V2), 23,838,720 without (V1).
    "moving_mnist": {"filters": (128, 128, 128, 128), "kernel_size": 5, "patch_size": 4},
    # KTH, 128x128x1, patch 4 in the released scripts (OpenSTL uses patch 2).
    "kth": {"filters": (128, 128, 128, 128), "kernel_size": 5, "patch_size": 4},
    # Ours: small enough to train within minutes on two CPU cores; what `st-keras demo` uses.
    "smoke": {"filters": (48, 48), "kernel_size": 3, "patch_size": 8},
}

# "fast" is as long as its minutes allow (`family_settings.OPEN_ENDED`), "smoke" never longer.
PRESETS["fast"] = PRESETS["smoke"]

# How a network of each preset is trained; `ModelFamily` says what the entries are.
# `without_decoupling` holds what the scripts of PredRNN V1 do otherwise.
RECIPES = {
    "moving_mnist": {
        "context_length": 10,
        "batch_size": 8,
        "steps": 80_000,
        "learning_rate": 1e-4,
        "decay": "constant",
        "decoupling_weight": 0.1,
        "sampling": "reverse",
        "plateau": (25_000, 50_000, 2500),
        "reverse_input": True,
        "epsilon": 1e-8,
        "without_decoupling": {"learning_rate": 3e-4, "sampling": "scheduled"},
    },
    "kth": {
        "context_length": 10,
        "batch_size": 4,
        "steps": 80_000,
        "learning_rate": 1e-4,
        "decay": "constant",
        "decoupling_weight": 0.01,
        "sampling": "reverse",
        "plateau": (5_000, 50_000, 2000),
        "reverse_input": True,
        "epsilon": 1e-8,
        "without_decoupling": {"learning_rate": 3e-4, "sampling": "scheduled"},
    },
    # Ours, for a few minutes on two CPU cores.
    "smoke": {
        "context_length": 10,
        "batch_size": 8,
        "steps": 1200,
        "learning_rate": 0.005,
        "decay": "cosine",
        "decoupling_weight": 0.01,
        "sampling": "scheduled",
        "plateau": (120, 750, 50),
        "reverse_input": False,
        "epsilon": 1e-7,
        "without_decoupling": {},
    },
}

RECIPES["fast"] = RECIPES["smoke"]

# What `--recipe` calls them: the preset, and arguments in which the network differs.
NAMED_RECIPES = {
    "fast": ("fast", {}),
    "predrnn_v2_moving_mnist": ("moving_mnist", {}),
    "predrnn_v1_moving_mnist": ("moving_mnist", {"decoupling": False}),
    "predrnn_v2_kth": ("kth", {}),
    "predrnn_v1_kth": ("kth", {"decoupling": False}),
    "smoke": ("smoke", {}),
}
