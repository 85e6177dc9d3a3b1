"""Scores of rain in `fit` and `evaluate`, of frames with missing pixels, and in a saved model."""

import keras
import numpy as np
import pytest

from st_keras.layers import FrameNormalization
from st_keras.metrics.radar import CSI, FAR, FSS, RainRatio
from st_keras.models import PredRNN
from st_keras.training import Forecaster
from tests.uncompiled import uncompiled


@uncompiled
def test_a_model_is_scored_in_the_users_units_and_loads_without_custom_objects(tmp_path):
    rng = np.random.default_rng(0)
    rain = np.maximum(rng.gamma(0.5, 3.0, (2, 4, 8, 8, 1)) - 0.5, 0).astype("float32")
    rain[:, :, :2, :3] = np.nan
    model = Forecaster(
        PredRNN((3,), 3, patch_size=2),
        context_length=2,
        normalization=FrameNormalization(1.0, 8.0),  # an untrained network says about 1 mm/h
        missing="mask",
    )
    metrics = [CSI((0.5, 2.0)), FAR(1.0), FSS(1.0, 3), RainRatio()]
    model.compile(optimizer="adam", metrics=metrics)
    model.fit(rain, batch_size=2, verbose=0)
    found = model.evaluate(rain, batch_size=2, verbose=0, return_dict=True)
    forecast = model.forecast(rain[:, :2], 2)
    for metric in metrics:
        metric.reset_state()
        metric.update_state(rain[:, 2:], forecast)
        expected = float(metric.result())
        assert np.isfinite(expected) and found[metric.name] == pytest.approx(expected, rel=1e-5)
    assert 0 < found["csi"] < 1 and 0 < found["far"] < 1
    model.save(tmp_path / "rain.keras")
    again = keras.models.load_model(tmp_path / "rain.keras")
    told = again.evaluate(rain, batch_size=2, verbose=0, return_dict=True)
    assert {m.name: told[m.name] for m in metrics} == pytest.approx(
        {m.name: found[m.name] for m in metrics}, rel=1e-5
    )
