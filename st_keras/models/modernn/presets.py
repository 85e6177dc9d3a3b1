"""Named constructor arguments of `ModeRNN`."""

PRESETS = {
    # The one released script: 64x64x3 frames, 5 seen, 10 to predict. 3,509,768 parameters.
    "robonet": {"filters": (64, 64, 64, 64), "num_slots": 4, "patch_size": 4},
    # Ours: small enough to train within minutes on two CPU cores; what `st-keras demo` uses.
    "smoke": {"filters": (32, 32), "num_slots": 4, "patch_size": 8},
}
