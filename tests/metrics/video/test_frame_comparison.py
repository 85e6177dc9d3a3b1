"""Methods compared under protocols of frames: scores, intervals and skill, recomputed."""

import numpy as np
import pytest
from skimage.measure import block_reduce

from st_keras.metrics.radar import Interval
from st_keras.metrics.video import FRAME_PROTOCOLS, compare_frames, score_forecasts
from tests.refusals import refused

RNG = np.random.default_rng(0)
TRUTH = RNG.random((7, 3, 20, 24, 1)).astype("float32")
FORECASTS = {
    "net": np.clip(TRUTH + RNG.normal(0, 0.2, TRUTH.shape), -0.5, 1.5).astype("float32"),
    "persistence": np.roll(TRUTH, 1, axis=2),
    "advection": np.roll(TRUTH, 1, axis=3),
}
BASELINES = ("persistence", "advection")


def compared(protocol, forecasts=FORECASTS, truth=TRUTH, scale=1.0, **more):
    told = {"resamples": 200, "baselines": BASELINES, **more}
    forecasts = {name: scale * of for name, of in forecasts.items()}
    return compare_frames(scale * truth, forecasts, (0.0, scale), protocol, **told)


@pytest.mark.parametrize("name", ["thuml", "openstl", "st-keras-v1"])
def test_means_are_those_of_the_metrics(name):
    found = compared(name)
    for score, row in FRAME_PROTOCOLS[name].scores:
        for method, frames in FORECASTS.items():
            leads = score_forecasts(TRUTH, frames, 1.0, row, scores=[score])[score]
            np.testing.assert_allclose(found.scores[method]["leads"][score], leads, rtol=1e-5)


def test_an_interval_is_that_of_drawn_sequences():
    found = compared("openstl").intervals["net"]["mse"]
    errors = ((FORECASTS["net"] - TRUTH).astype(float) ** 2).sum(axis=(2, 3, 4)).mean(axis=1)
    drawn = np.random.default_rng(0).integers(0, 7, (200, 7))
    ends = np.percentile(errors[drawn].mean(axis=1), (2.5, 97.5))
    np.testing.assert_allclose((found.low, found.high), ends, rtol=1e-5)
    assert isinstance(found, Interval) and found.value == pytest.approx(errors.mean(), rel=1e-5)


def test_skill_is_paired():
    # Half the error of the best baseline in every sequence: the skill is 0.75 in any resample.
    half = 0.5 * (TRUTH + FORECASTS["advection"])
    found = compared("openstl", {**FORECASTS, "net": half}, baselines="advection")
    skill = found.skill["net"]["mse"]
    np.testing.assert_allclose((skill.value, skill.low, skill.high), 0.75, rtol=1e-4)
    assert set(found.skill) == {"net", "persistence"} and "psnr" not in found.best


def test_the_best_baseline_is_chosen_by_score():
    nearer = 0.5 * (TRUTH + FORECASTS["persistence"])
    found = compared("st-keras-v1", {**FORECASTS, "persistence": nearer})
    assert set(found.best.values()) == {"persistence"}
    means = {method: of["mean"]["ssim"] for method, of in found.scores.items()}
    expected = (means["net"] - means["persistence"]) / (1 - means["persistence"])
    assert found.skill["net"]["ssim"].value == pytest.approx(expected)


def csi(truth, forecast, threshold, pool):
    """From sums over everything, of squares' largest values, one frame after the other."""
    hits = others = 0
    for sequence, told in zip(truth[..., 0], forecast[..., 0], strict=True):
        for one, other in zip(sequence, told, strict=True):
            side = len(one) // pool * pool, one.shape[1] // pool * pool
            one, other = (
                block_reduce(each[: side[0], : side[1]], (pool, pool), np.max)
                for each in (one, other)
            )
            valid = ~np.isnan(one)
            both = one[valid] >= threshold, other[valid] >= threshold
            hits += np.sum(both[0] & both[1])
            others += np.sum(both[0] != both[1])
    return hits / (hits + others)


def test_sevir_counts_pixels_and_squares():
    truth = TRUTH.copy() ** 3
    truth[2, 1, 3:9] = np.nan
    forecasts = {name: of**3 for name, of in FORECASTS.items()}
    found = compared("sevir", forecasts, truth, scale=255.0)
    for pool in (1, 4, 16):
        key = "csi" if pool == 1 else f"csi_pool{pool}"
        each = [
            csi(255 * truth, 255 * forecasts["net"], threshold, pool)
            for threshold in FRAME_PROTOCOLS["sevir"].thresholds
        ]
        means = found.scores["net"]["mean"]
        for threshold, expected in zip((16, 74, 133, 160, 181, 219), each, strict=True):
            assert means[f"{key}@{threshold}"] == pytest.approx(expected)
        assert means[f"{key}_m"] == pytest.approx(np.mean(each))
    assert found.facts["csi_pool4@16"].title == "CSI pool 4 at 16"
    squares = np.nanmean((truth - forecasts["net"]).astype(float) ** 2)
    assert found.scores["net"]["mean"]["rmse"] == pytest.approx(squares**0.5, rel=1e-5)


def test_the_mean_of_lead_times_and_their_sums_differ():
    import dataclasses

    apart = dataclasses.replace(FRAME_PROTOCOLS["sevir"], name="own", lead_times="mean")
    found = compared(apart, scale=255.0).scores["net"]
    assert found["mean"]["csi@133"] == pytest.approx(found["leads"]["csi@133"].mean())
    assert (
        found["mean"]["csi@133"] != compared("sevir", scale=255.0).scores["net"]["mean"]["csi@133"]
    )


def test_blocks_are_resampled_together():
    blocks = ["a"] * 3 + ["b"] * 4
    assert compared("openstl", blocks=blocks).blocks == 2
    alone = compared("openstl", blocks=["a"] * 7).intervals["net"]["mse"]
    assert alone.blocks == 1 and np.isnan(alone.low)


def test_as_json_names_the_protocol_beside_each_score():
    content = compared("thuml").as_json()
    assert content["protocol"] == "thuml" and "predrnn-pytorch" in content["source"]
    assert {of["protocol"] for of in content["scores_are"].values()} == {"thuml"}
    assert "range 255" in content["scores_are"]["ssim"]["how"]
    assert len(content["scores"]["net"]["interval"]["mse"]) == 2


# What each published code prints of these scores: as its source says, not as the table here.
PRINTED = {
    "thuml": {"ssim", "psnr"},
    "openstl": {"mse", "mae", "ssim", "psnr"},
    "sevir": {f"csi{pool}_m" for pool in ("", "_pool4", "_pool16")},
}


@pytest.mark.parametrize("name", PRINTED)
def test_a_score_that_the_source_does_not_print_says_so(name):
    how = compared(name, scale=255.0 if name == "sevir" else 1.0).how
    said = {score for score, words in how.items() if "@" not in score and "prints" not in words}
    assert said == PRINTED[name]
    if name == "thuml":
        assert how["mse"].endswith("the code prints the sum") and "ours" in how["psnr_of_mse"]


def test_as_json_tells_exact_from_missing():
    exact = FORECASTS["net"].copy()
    exact[2] = TRUTH[2]
    found = compared("openstl", {"net": exact}, baselines=())
    content = found.as_json()["scores"]["net"]
    assert content["mean"]["psnr"] == "inf" and content["leads"]["psnr"] == ["inf"] * 3
    low, high = content["interval"]["psnr"]
    assert 0 < low < 60 and high == "inf"
    alone = compared("openstl", {"net": exact}, baselines=(), blocks=["a"] * 7).as_json()
    assert alone["scores"]["net"]["interval"]["psnr"] == [None, None]


def test_each_sequence_has_scores_of_its_own():
    found = compared("openstl").by_sequence["net"]["mse"]
    errors = ((FORECASTS["net"] - TRUTH).astype(float) ** 2).sum(axis=(2, 3, 4)).mean(axis=1)
    np.testing.assert_allclose(found, errors, rtol=1e-5)


def test_refusals():
    refused("no forecasts", compare_frames, TRUTH, {}, (0, 1))
    for more in (np.concatenate([TRUTH, TRUTH[:1]]), TRUTH[:-1], TRUTH[:, :2]):
        refused("'net' of shape.*y_true of shape", compare_frames, TRUTH, {"net": more}, (0, 1))
    none = TRUTH[:0]
    refused("y_true of shape.*holds no frame", compare_frames, none, {"net": none}, (0, 1))
    refused("y_true", compare_frames, TRUTH[0], {"net": TRUTH[0]}, (0, 1))
    refused("the baseline 'zero'.*add its sums", compared, "thuml", baselines=("zero",))
    unknown = {"net": np.where(TRUTH > 0.5, np.nan, TRUTH)}
    refused("NaN in y_pred.*common_pixels", compared, "thuml", unknown, baselines=())
    refused("protocol='x'", compared, "x")
