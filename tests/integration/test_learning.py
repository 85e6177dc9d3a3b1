"""A real training, small enough for a test: it must learn motion, not only blur."""

import keras
import numpy as np
import pytest
import sklearn.datasets

from st_keras.datasets import MovingDigits
from st_keras.metrics.video import persistence_forecast, score_forecasts
from st_keras.models import PredRNN
from st_keras.training import Forecaster, ScheduledSampling


@pytest.mark.long
def test_beats_persistence_and_a_blank_frame_on_unseen_digits():
    digits = (sklearn.datasets.load_digits().images * (255 / 16)).astype("uint8")  # 8x8
    data = {"source": digits, "num_digits": 1, "image_size": 24, "num_frames": 10}
    steps = 220
    model = Forecaster(
        PredRNN(filters=(24, 24), kernel_size=3, patch_size=2),
        context_length=5,
        sampling=ScheduledSampling.over(steps),
        decoupling_weight=0.01,
    )
    model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, steps)))
    model.fit(
        MovingDigits(split="train", **data).as_dataset(8),
        steps_per_epoch=steps,
        epochs=1,
        shuffle=False,
        verbose=0,
    )
    test = MovingDigits(split="test", **data).sequences(0, 32)
    context, truth = test[:, :5], test[:, 5:]
    mse = {
        name: score_forecasts(truth, forecast, max_value=1.0)["mse"]
        for name, forecast in (
            ("PredRNN", model.forecast(context, 5)),
            ("persistence", persistence_forecast(context, 5)),
            ("blank", np.zeros_like(truth)),
        )
    }
    for name, values in mse.items():
        print(name, np.round(values, 2))
    # A forecast that only fades away scores like the blank one; one that lags, like persistence.
    assert mse["PredRNN"].mean() < 0.6 * mse["persistence"].mean()
    assert mse["PredRNN"].mean() < 0.75 * mse["blank"].mean()
    assert (mse["PredRNN"] < mse["persistence"]).all()
