"""Layers over whole sequences: the recurrence, patches, normalisation."""

from st_keras.layers.frame_decoder import FrameDecoder
from st_keras.layers.frame_encoder import FrameEncoder
from st_keras.layers.frame_normalization import FrameNormalization
from st_keras.layers.patching import FramesToPatches, PatchesToFrames
from st_keras.layers.spatio_temporal_rnn import SpatioTemporalRNN

__all__ = [
    "FrameDecoder",
    "FrameEncoder",
    "FrameNormalization",
    "FramesToPatches",
    "PatchesToFrames",
    "SpatioTemporalRNN",
]
