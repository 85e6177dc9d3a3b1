"""The ensemble of pysteps' STEPS, beside which that of the Nowcaster is scored."""

import numpy as np
import pytest

from benchmarks.nowcast_folds import ensemble_scores
from benchmarks.nowcast_folds.ensemble_scores import score_ensembles, steps_ensemble
from tests.benchmarks.nowcast_folds.radar_files import moving_rain
from tests.benchmarks.nowcast_folds.stand_in_model import StandInModel
from tests.moving_fields import moving

pytest.importorskip("pysteps", reason="needs the extra [radar]")
pytest.importorskip("cv2", reason="needs the extra [radar]")


def context(size=64):
    rain = np.maximum(np.exp(moving((size, size), (1, -1))[0]) - 1, 0)
    return np.moveaxis(rain, -1, 0)[None, ..., None].astype("float64")


def test_members_are_rates_that_differ_and_come_again_with_the_seed():
    frames = np.concatenate([context(), context()])
    found = steps_ensemble(frames, 2, 3, minutes=5, seed=1)
    assert found.shape == (2, 3, 2, 64, 64, 1)
    assert np.nanmin(found) >= 0 and 1 < np.nanmax(found) < 1000
    assert not np.array_equal(found[0, 0], found[0, 1], equal_nan=True)
    # Each window has a seed of its own.
    assert not np.array_equal(found[0], found[1], equal_nan=True)
    np.testing.assert_array_equal(found[:1], steps_ensemble(context(), 2, 3, minutes=5, seed=1))
    np.testing.assert_array_equal(found[1:], steps_ensemble(context(), 2, 3, minutes=5, seed=2))


def test_both_ensembles_of_a_series_are_scored(tmp_path, monkeypatch):
    def few(*arguments):
        assert arguments[1:] == (12, 3, 5, 4)  # lead times, members, minutes, seed
        return steps_ensemble(*arguments)

    monkeypatch.setattr(ensemble_scores, "steps_ensemble", few)
    folder = moving_rain(tmp_path, frames=18, size=256)
    found = score_ensembles("fmi_20170509", StandInModel(), 3, seed=4, folder=folder)
    assert list(found) == ["nowcaster", "steps"]
    for scores in found.values():
        assert len(scores["crps"]) == 12 and scores["crps_mean"] > 0
        assert np.shape(scores["ranks"]) == (12, 4)
