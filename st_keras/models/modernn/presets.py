"""Named constructor arguments and recipes of `ModeRNN`."""

PRESETS = {
    # The one released script: 64x64x3 frames, 5 seen, 10 to predict. 3,509,768 parameters.
    "robonet": {"filters": (64, 64, 64, 64), "num_slots": 4, "patch_size": 4},
    # Ours: small enough to train within minutes on two CPU cores; what `st-keras demo` uses.
    "smoke": {"filters": (32, 32), "num_slots": 4, "patch_size": 8},
}

# "fast" is as long as its minutes allow (`family_settings.OPEN_ENDED`), "smoke" never longer.
PRESETS["fast"] = PRESETS["smoke"]

# How a network of each preset is trained; `ModelFamily` says what the entries are.
RECIPES = {
    # ModeRNN's only released script; its sampling stops at batch 50,000, as here.
    "robonet": {
        "context_length": 5,
        "batch_size": 8,
        "steps": 120_000,
        "learning_rate": 1e-4,
        "decay": "constant",
        "decoupling_weight": 0.0,
        "sampling": "scheduled",
        "scheduled_until": 50_000,
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
    "modernn_robonet": ("robonet", {}),
    "smoke": ("smoke", {}),
}
