"""Logits of the thresholds against plain NumPy, of any number of lead times."""

import numpy as np
import pytest
from keras import ops

from st_keras.models import Nowcaster
from st_keras.models.nowcaster.exceedance import Exceedance
from st_keras.models.nowcaster.lead_knots import knot_weights

THRESHOLDS = np.float32([0.2, 0.7, 1.1])


@pytest.mark.parametrize("learned", [True, False])
@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("leads", [1, 3])
def test_logits_of_air_that_stays(batch, leads, learned):
    rng = np.random.default_rng(0)
    layer = Exceedance(THRESHOLDS, learned)
    layer.build()
    mean, texture = (rng.normal(size=s).astype("float32") for s in ((batch, leads, 8, 6),
                                                                    (batch, 8, 6, 1)))  # fmt: skip
    sd = rng.uniform(0.5, 2, mean.shape).astype("float32")
    known = rng.random((batch, 8, 6, 1)).astype("float32")
    residual = rng.normal(size=(batch, 8, 6, 12)).astype("float32") if learned else None
    at_leads = {name: np.zeros((1, 3)) for name in ("alpha", "beta", "texture", "outside_says")}
    at_leads["outside_keeps"] = np.zeros((1, 3))
    if learned:
        for name, weight in layer.at_knots.items():
            weight.assign(rng.normal(size=(4, 3)) / 20)
            at_leads[name] = 8 * knot_weights(leads) @ ops.convert_to_numpy(weight)
    paths = np.zeros((batch, leads, 8, 6, 2), "float32")
    found = ops.convert_to_numpy(layer(mean, sd, residual, paths, known, texture))

    def spread(name):
        return at_leads[name][None, :, None, None]

    away = mean[..., None] - THRESHOLDS - spread("beta")
    logits = (1.7 + spread("alpha")) * away / sd[..., None] + spread("texture") * texture[:, None]
    if learned:
        knots = residual.reshape(batch, 8, 6, 4, 3)
        logits = logits + np.einsum("lk,bhwkc->blhwc", knot_weights(leads), knots)
        outside = 1 - known[:, None]
        keeps = 1 / (1 + np.exp(2 - spread("outside_keeps")))
        logits = logits * (1 - outside * keeps) + outside * spread("outside_says")
    assert found.shape == (batch, leads, 8, 6, 3)
    np.testing.assert_allclose(found, logits, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("residual", [None, "unet"])
def test_one_lead_time_of_several_sequences(residual):
    """TensorFlow's product of (B, 1, P, N) and a single matrix ends the process."""
    frames = np.random.default_rng(0).gamma(0.4, 3.0, (2, 6, 32, 32, 1)).astype("float32")
    model = Nowcaster(residual)
    one = model.forecast_distribution(frames, horizon=1).probabilities
    several = model.forecast_distribution(frames, horizon=3).probabilities
    np.testing.assert_allclose(one, several[:, :1], atol=1e-5)
