"""Streaming scores of forecast frames (B, T, H, W, C) under named, published protocols."""

from st_keras.metrics.scores_by_name import register_score
from st_keras.metrics.video.common_pixels import common_pixels
from st_keras.metrics.video.frame_mae import FrameMAE
from st_keras.metrics.video.frame_mse import FrameMSE
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
    "PROTOCOLS",
    "PSNR",
    "RMSE",
    "SSIM",
    "FrameMAE",
    "FrameMSE",
    "PerLeadTimeMetric",
    "common_pixels",
    "persistence_forecast",
    "register_score",
    "score_forecasts",
    "scores_table",
    "skill",
    "ssim_uniform",
]
