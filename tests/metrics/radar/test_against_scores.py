"""The same numbers as the package `scores`, where it defines the same thing."""

import numpy as np
import pytest

from st_keras.metrics.radar import (
    contingency,
    contingency_scores,
    crps,
    fss,
    probability_table,
    rain_errors,
    rank_histogram,
)
from tests.metrics.radar.rain_fields import rain_ensemble, rain_pair

pytest.importorskip("scores", reason="needs the extra [radar]")
import xarray as xr
from scores import categorical, continuous, probability, spatial

NAMES = {
    "csi": "critical_success_index",
    "pod": "probability_of_detection",
    "far": "false_alarm_ratio",
    "success_ratio": "success_ratio",
    "frequency_bias": "frequency_bias",
    "f1": "f1_score",
    "hss": "heidke_skill_score",
    "gss": "gilberts_skill_score",
    "hk": "hanssen_and_kuipers_discriminant",
    "accuracy": "accuracy",
    "pofd": "probability_of_false_detection",
}
AXES = ("window", "lead", "y", "x", "channel")


def named(frames):
    return xr.DataArray(frames, dims=AXES)


def members_named(members):
    return xr.DataArray(members, dims=("window", "member", *AXES[1:]))


@pytest.mark.parametrize("threshold", [0.5, 2.0])
def test_contingency_scores(threshold):
    """Missing values do not count in either."""
    truth, forecast = rain_pair(height=20)
    ours = contingency_scores(contingency(truth, forecast, threshold))
    events = categorical.ThresholdEventOperator(default_event_threshold=threshold)
    theirs = events.make_contingency_manager(named(forecast), named(truth))
    theirs = theirs.transform(preserve_dims="lead")
    for name, score in NAMES.items():
        expected = getattr(theirs, score)().values
        np.testing.assert_allclose(ours[name][:, 0], expected, atol=1e-6, err_msg=name)


def test_amounts():
    truth, forecast = rain_pair()
    ours = rain_errors(truth, forecast)
    pair = {"fcst": named(forecast), "obs": named(truth), "preserve_dims": "lead"}
    for name, score in (("mae", "mae"), ("rmse", "rmse"), ("mean_error", "mean_error")):
        expected = getattr(continuous, score)(**pair).values
        np.testing.assert_allclose(ours[name], expected, atol=1e-6)
    # `multiplicative_bias` takes means of each array: equal once the forecast has the same holes.
    pair["fcst"] = pair["fcst"].where(~np.isnan(pair["obs"]))
    np.testing.assert_allclose(
        ours["ratio"], continuous.multiplicative_bias(**pair).values, atol=1e-6
    )


@pytest.mark.parametrize("scale", [1, 5, 9])
def test_fss(scale):
    """Theirs also sums squares around a row and a column outside the grid, which here are dry."""
    inside = np.pad(np.ones((12, 10)), scale)[None, None, ..., None]
    sizes = {"height": 12 + 2 * scale, "width": 10 + 2 * scale}
    truth, forecast = (inside * frames for frames in rain_pair(missing=0, seed=3, **sizes))
    ours = fss(truth, forecast, 1.0, scale)
    theirs = spatial.fss_2d(
        named(forecast),
        named(truth),
        event_threshold=1.0,
        window_size=(scale, scale),
        spatial_dims=("y", "x"),
        zero_padding=True,
        preserve_dims=("lead",),
        threshold_operator=np.greater_equal,
    )
    np.testing.assert_allclose(ours[:, 0, 0], theirs.values, atol=1e-6)


@pytest.mark.parametrize("fair, method", [(False, "ecdf"), (True, "fair")])
def test_crps(fair, method):
    truth, members = rain_ensemble()
    theirs = probability.crps_for_ensemble(
        members_named(members), named(truth), "member", method=method, preserve_dims="lead"
    )
    np.testing.assert_allclose(crps(truth, members, fair), theirs.values, atol=1e-6)


@pytest.mark.parametrize("fair", [False, True])
def test_brier_score(fair):
    truth, members = rain_ensemble()
    theirs = probability.brier_score_for_ensemble(
        members_named(members),
        named(truth),
        "member",
        [0.5, 1.0],
        preserve_dims="lead",
        fair_correction=fair,
    )
    ours = probability_table(truth, members, [0.5, 1.0]).brier(fair)
    np.testing.assert_allclose(ours, theirs.transpose("lead", "threshold").values, atol=1e-6)


def test_area_under_the_roc():
    truth, members = rain_ensemble(height=16)
    ours = probability_table(truth, members, 1.0).roc()["area"]
    said = (members_named(members) >= 1.0).mean("member").where(~np.isnan(named(truth)))
    came = (named(truth) >= 1.0).where(~np.isnan(named(truth)))
    theirs = probability.roc_auc(said, came, preserve_dims="lead")
    np.testing.assert_allclose(ours[:, 0], theirs.values, atol=1e-6)


def test_rank_histogram():
    """Theirs shares ties among ranks, ours draws: equal without ties."""
    truth, members = rain_ensemble(6)
    truth += 0.05
    ours = rank_histogram(truth, members)
    theirs = probability.rank_histogram(
        members_named(members), named(truth), "member", preserve_dims="lead"
    )
    shares = ours / ours.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shares, theirs.transpose("lead", ...).values, atol=1e-6)
