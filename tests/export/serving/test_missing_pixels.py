"""A served model fed NaN by both protocols."""

import numpy as np
import pytest

from st_keras.export import DevelopmentServer, ServingClient, export_saved_model
from tests.refusals import refused
from tests.tiny import random_frames, tiny_forecaster, tiny_network

pytest.importorskip("tensorflow_serving", reason="needs the extra [serving]")
FRAMES = random_frames(2, 3, 5, 7, 2)
FRAMES[np.random.default_rng(0).random(FRAMES.shape) < 0.4] = np.nan
HOURS = random_frames(2, 3, 5, 7, 1, seed=1)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    model = tiny_forecaster(
        tiny_network(filters=(4,)),
        missing="mask",
        pad=True,
        channels=["rain", "hour"],
        targets=["rain"],
        future_inputs={"hour": "known"},
    )
    model.build((None, None, 5, 7, 2))
    base = tmp_path_factory.mktemp("served") / "nowcast"
    export_saved_model(model, base / "1")
    with DevelopmentServer(base, "nowcast", port=0, rest_port=0) as server:
        yield server, model


@pytest.mark.parametrize("protocol", ["grpc", "rest"])
def test_nan_goes_there_and_back(protocol, served):
    server, model = served
    expected = model.forecast(FRAMES, 4, known={"hour": HOURS[..., 0]})
    assert np.isnan(expected).any() and np.isfinite(expected).any()
    with ServingClient(getattr(server, f"{protocol}_address")) as client:
        np.testing.assert_allclose(client.forecast(FRAMES, 4, known=HOURS), expected, atol=1e-5)
        with client.stream(batch_size=2) as stream:
            for t in range(3):
                prediction = stream.step(FRAMES[:, t])
            rollout = stream.rollout(4, known=HOURS)
        np.testing.assert_allclose(prediction, expected[:, 0], atol=1e-5)
        np.testing.assert_allclose(rollout, expected, atol=1e-5)
        infinite = np.nan_to_num(FRAMES, nan=np.inf)
        message = r"values that are infinite or beyond float32\. Required: finite numbers, or NaN"
        refused(message, client.forecast, infinite, 4, known=HOURS)
