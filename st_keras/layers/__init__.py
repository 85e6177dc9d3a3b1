"""Layers over whole sequences: the recurrence, patches, transforms of frames, motion of rain."""

from st_keras.layers.advection.advection_paths import AdvectionPaths
from st_keras.layers.advection.band_autoregression import BandAutoregression
from st_keras.layers.advection.steady_motion import SteadyMotion
from st_keras.layers.advection.warp import Warp
from st_keras.layers.frame_decoder import FrameDecoder
from st_keras.layers.frame_encoder import FrameEncoder
from st_keras.layers.frame_normalization import FrameNormalization
from st_keras.layers.patching import FramesToPatches, PatchesToFrames
from st_keras.layers.spatio_temporal_rnn import SpatioTemporalRNN
from st_keras.layers.transforms.asinh import Asinh
from st_keras.layers.transforms.build_transform import build_transform
from st_keras.layers.transforms.channel_transforms import ChannelTransforms
from st_keras.layers.transforms.clip import Clip
from st_keras.layers.transforms.decibel import Decibel
from st_keras.layers.transforms.frame_transform import FrameTransform
from st_keras.layers.transforms.log_scale import LogScale
from st_keras.layers.transforms.power import Power
from st_keras.layers.transforms.quantile import Quantile
from st_keras.layers.transforms.reflectivity_rain_rate import ReflectivityRainRate
from st_keras.layers.transforms.transform_chain import TransformChain

__all__ = [
    "AdvectionPaths",
    "Asinh",
    "BandAutoregression",
    "ChannelTransforms",
    "Clip",
    "Decibel",
    "FrameDecoder",
    "FrameEncoder",
    "FrameNormalization",
    "FrameTransform",
    "FramesToPatches",
    "LogScale",
    "PatchesToFrames",
    "Power",
    "Quantile",
    "ReflectivityRainRate",
    "SpatioTemporalRNN",
    "SteadyMotion",
    "TransformChain",
    "Warp",
    "build_transform",
]
