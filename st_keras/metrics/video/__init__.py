"""Streaming scores of forecast frames (B, T, H, W, C) under named, published protocols."""

from st_keras.metrics.scores_by_name import register_score
from st_keras.metrics.video.common_pixels import common_pixels
from st_keras.metrics.video.frame_comparison import FrameComparison, compare_frames
from st_keras.metrics.video.frame_mae import FrameMAE
from st_keras.metrics.video.frame_mse import FrameMSE
from st_keras.metrics.video.frame_protocol import FRAME_PROTOCOLS, FrameProtocol
from st_keras.metrics.video.frame_table import frame_table
from st_keras.metrics.video.per_lead_time import PerLeadTimeMetric
from st_keras.metrics.video.protocols import PROTOCOLS
from st_keras.metrics.video.psnr import PSNR
from st_keras.metrics.video.rmse import RMSE
from st_keras.metrics.video.scores import (
    persistence_forecast,
    score_forecasts,
    skill,
)
from st_keras.metrics.video.scores_table import scores_table
from st_keras.metrics.video.ssim import SSIM
from st_keras.metrics.video.ssim_uniform import ssim_uniform

__all__ = [
    "FRAME_PROTOCOLS",
    "PROTOCOLS",
    "PSNR",
    "RMSE",
    "SSIM",
    "FrameComparison",
    "FrameMAE",
    "FrameMSE",
    "FrameProtocol",
    "PerLeadTimeMetric",
    "common_pixels",
    "compare_frames",
    "frame_table",
    "persistence_forecast",
    "register_score",
    "score_forecasts",
    "scores_table",
    "skill",
    "ssim_uniform",
]
