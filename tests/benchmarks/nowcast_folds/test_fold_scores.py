"""Scores of the folds: all pixels and those inside, ensembles against plain NumPy."""

import numpy as np
import pytest

from benchmarks.nowcast_folds import ensemble_scores, fold_scores
from benchmarks.nowcast_folds.ensemble_scores import scores_of
from benchmarks.nowcast_folds.fold_scores import forecast_series, score_series
from st_keras.choices import DECISIONS
from tests.benchmarks.nowcast_folds.radar_files import moving_rain
from tests.benchmarks.nowcast_folds.scored_series import scored_series
from tests.benchmarks.nowcast_folds.stand_in_model import StandInModel


def csi(truth, forecast, threshold):
    """Mean over lead times of the ratio of sums; NaN in a forecast is no rain."""
    valid = ~np.isnan(truth)
    came, told = (truth >= threshold) & valid, (np.nan_to_num(forecast) >= threshold) & valid
    axes = (0, 2, 3, 4)
    return ((came & told).sum(axis=axes) / (came | told).sum(axis=axes)).mean()


def test_all_pixels_and_those_that_all_published_methods_know():
    found = scored_series()
    compared = score_series(found)
    assert list(compared) == ["all", "inside"]
    half = np.where(np.arange(16)[:, None] < 8, found.truth, np.nan)  # not of `advection`
    for pixels, truth in (("all", found.truth), ("inside", half)):
        scores = compared[pixels].scores
        assert set(scores) == {"nowcaster csi", "nowcaster mean", *found.rows}
        for method, forecast in (
            ("nowcaster csi", found.decisions["csi"]),
            *found.rows.items(),
        ):
            for threshold in (1.0, 5.0):
                own = scores[method]["mean"][f"csi@{threshold:g}"]
                assert own == pytest.approx(csi(truth, forecast, threshold))


def test_decisions_are_measured_against_the_rows_in_blocks_of_three_windows():
    compared = score_series(scored_series(windows=7))["all"]
    assert compared.windows == 7 and compared.blocks == 3
    assert compared.baselines == ("persistence", "extrapolation-tuned")
    assert set(compared.skill) == {"nowcaster csi", "nowcaster mean", "advection"}


def test_without_rows_the_model_alone_on_all_pixels(tmp_path):
    folder = moving_rain(tmp_path)
    model = StandInModel()
    found = forecast_series("fmi_20170509", model, folder, rows=False)
    assert found.truth.shape == (6, 12, 16, 16, 1) and np.isnan(found.truth[:, :, 0]).all()
    assert set(found.decisions) == set(DECISIONS) and found.rows == {}
    compared = score_series(found)
    assert list(compared) == ["all"]
    assert set(compared["all"].scores) == {f"nowcaster {name}" for name in DECISIONS}


def test_rows_are_of_all_methods(tmp_path, monkeypatch):
    monkeypatch.setattr(fold_scores, "METHODS", ("persistence", "zero"))
    found = forecast_series("fmi_20170509", StandInModel(), moving_rain(tmp_path))
    assert list(found.rows) == ["persistence", "zero", "advection", "nowcaster-untrained"]
    np.testing.assert_array_equal(found.rows["persistence"][:, 3], found.context[:, -1])
    for forecast in found.rows.values():
        assert forecast.shape == found.truth.shape


def ensemble(windows=7, members=5, seed=0):
    """Truth and members of one distribution; the last lead time is nearly dry."""
    rng = np.random.default_rng(seed)
    both = rng.gamma(0.4, 3.0, (members + 1, windows, 3, 12, 12, 1))
    both[:, :, 2, 1:] = 0.05
    truth, drawn = both[0], np.moveaxis(both[1:], 0, 1)
    truth[:, :, :, :3] = np.nan
    return truth, 0.7 * drawn


def test_scores_of_an_ensemble_are_those_of_numpy():
    truth, members = ensemble()
    found = scores_of(truth, members)
    count = members.shape[1]
    crps, wet, ratio, ranks = [], [], [], []
    for lead in range(3):
        valid = ~np.isnan(truth[:, lead])
        came = truth[:, lead][valid]
        told = np.moveaxis(members[:, :, lead], 1, 0)[:, valid]
        pairs = np.abs(told[:, None] - told).mean(axis=(0, 1)) / 2
        crps.append((np.abs(told - came).mean(axis=0) - pairs).mean())
        # Wet is a pixel where the truth, or any member, has 0.1 mm/h.
        here = (came >= 0.1) | (told >= 0.1).any(axis=0)
        wet.append(here.sum())
        came, told = came[here], told[:, here]
        spread = np.sqrt(told.var(axis=0, ddof=1).mean())
        wrong = np.sqrt(np.square(told.mean(axis=0) - came).mean())
        ratio.append(np.sqrt((count + 1) / count) * spread / wrong)
        ranks.append(here.sum())
    np.testing.assert_allclose(found["crps"], crps)
    assert found["crps_mean"] == pytest.approx(np.mean(crps))
    assert found["crps_interval"][0] < found["crps_mean"] < found["crps_interval"][1]
    assert found["wet"] == wet and wet[2] < ensemble_scores.FEWEST < wet[0]
    assert found["ratio"][:2] == pytest.approx(ratio[:2]) and found["ratio"][2] is None
    assert found["flat"][2] is None
    assert [sum(of) for of in found["ranks"]] == ranks


def test_ranks_of_one_distribution_are_flat_and_those_of_a_narrow_one_are_not():
    truth, members = ensemble(windows=36)
    one = scores_of(truth, members / 0.7)
    mean = members.mean(axis=1, keepdims=True)
    narrow = scores_of(truth, mean + 0.2 * (members - mean))
    assert np.mean(one["flat"][:2]) > 0.75 > 0.3 > np.mean(narrow["flat"][:2])


def test_of_one_block_nothing_is_said_that_needs_several(monkeypatch):
    monkeypatch.setattr(ensemble_scores, "FEWEST", 100)
    truth, members = ensemble(windows=3)
    found = scores_of(truth, members)
    assert found["flat"] == [None] * 3 and found["crps_interval"] is None
    assert found["ratio"][0] > 0 and found["crps_mean"] > 0


def test_a_dry_lead_time_has_no_ranks():
    truth, members = ensemble(windows=7)
    truth[:, 2], members[:, :, 2] = 0.0, 0.0
    found = scores_of(truth, members)
    assert found["wet"][2] == 0 and found["ranks"][2] == [0] * 6 and found["flat"][2] is None
