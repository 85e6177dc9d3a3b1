"""Named constructor arguments of `ActionConditionedPredRNN`, as the published scripts use them."""

# BAIR robot pushing, 64x64x3 with actions of 4 numbers, 2 frames of context.
BAIR = {"action_size": 4, "kernel_size": 5, "patch_size": 1}
ACTION_CONDITIONED_PRESETS = {
    # PredRNN-V2: 33,556,096 parameters.
    "bair": {**BAIR, "filters": (128, 128, 128, 128), "decoupling": True},
    # PredRNN (V1): 8,391,488 parameters.
    "bair_v1": {**BAIR, "filters": (64, 64, 64, 64), "decoupling": False},
}
