"""Pure functions on tensors (`keras.ops` only): no weights, no state."""

from st_keras.ops.channel_similarity import channel_similarity
from st_keras.ops.gating import memory_update, split_gates
from st_keras.ops.patching import frames_to_patches, patches_to_frames

__all__ = [
    "channel_similarity",
    "frames_to_patches",
    "memory_update",
    "patches_to_frames",
    "split_gates",
]
