"""Scores of forecasts and representations. Metrics never see a model."""

from st_keras.metrics import video

__all__ = ["video"]
