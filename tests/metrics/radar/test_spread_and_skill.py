import numpy as np
import pytest

from st_keras.metrics.radar import spread_skill
from tests.metrics.radar.rain_fields import rain_ensemble


def test_equal_to_what_the_valid_pixels_say():
    truth, members = rain_ensemble(5, channels=2)
    found = spread_skill(truth, members)
    for lead in range(4):
        valid = ~np.isnan(truth[:, lead])
        told = np.moveaxis(members[:, :, lead], 1, -1)[valid]
        spread = np.sqrt(np.mean(told.var(axis=-1, ddof=1)))
        error = np.sqrt(np.mean((told.mean(axis=-1) - truth[:, lead][valid]) ** 2))
        assert found["spread"][lead] == pytest.approx(spread)
        assert found["error"][lead] == pytest.approx(error)
        assert found["ratio"][lead] == pytest.approx(np.sqrt(6 / 5) * spread / error)


@pytest.mark.parametrize("size", [2, 9])
def test_one_distribution_has_the_ratio_one_and_half_the_width_half(size):
    rng = np.random.default_rng(0)
    truth = rng.normal(size=(1, 1, 150, 150, 1))
    members = rng.normal(size=(1, size, 1, 150, 150, 1))
    assert spread_skill(truth, members)["ratio"][0] == pytest.approx(1.0, abs=0.02)
    narrow = spread_skill(truth, members / 2)
    assert narrow["spread"][0] == pytest.approx(0.5, abs=0.02) and narrow["ratio"][0] < 0.7


def test_nothing_known():
    truth, members = rain_ensemble(batch=1)
    truth[:, 0] = np.nan
    members[0, 1, 2][~np.isnan(truth[0, 2])] = np.nan
    found = spread_skill(truth, members)
    for values in found.values():
        assert np.isnan(values).tolist() == [True, False, True, False]
    perfect = spread_skill(truth[:, 1:2], [truth[:, 1:2]] * 2)
    assert perfect["error"] == 0 and np.isnan(perfect["ratio"]).all()
