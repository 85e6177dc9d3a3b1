"""The model: forecasts, decisions, members, training and saving."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.choices import DECISIONS, RESIDUALS
from st_keras.metrics.radar import CSI
from st_keras.models.nowcaster.nowcaster import Nowcaster
from st_keras.models.nowcaster.residual_unet import ResidualUNet
from tests.moving_fields import moving
from tests.refusals import refused


def rain(batch=2, steps=6, size=(48, 64), seed=0):
    """A moving field with dry parts, mm/h."""
    frames = np.exp(moving(size, (1, -1), steps)) - 1.0
    frames = np.maximum(frames, 0.0).transpose(0, 3, 1, 2)[..., None].astype("float32")
    scale = np.random.default_rng(seed).uniform(0.5, 2.0, (batch, 1, 1, 1, 1))
    return (frames * scale).astype("float32")


@pytest.fixture(scope="module")
def computed():
    return Nowcaster(residual=None)


@pytest.fixture(scope="module")
def trained():
    model = Nowcaster(ResidualUNet((4, 4, 4, 4, 4), 4), leads_per_batch=2)
    model.compile(metrics=[CSI()])
    frames = rain(steps=10)
    frames[0, :, :8] = np.nan
    before = model.evaluate(frames, verbose=0, return_dict=True)
    model.fit(frames, batch_size=2, epochs=12, verbose=0)
    return model, frames, before


def test_probabilities_fall_with_the_threshold_and_are_probabilities(computed):
    found = computed.forecast_distribution(rain(), horizon=4).probabilities
    assert found.shape == (2, 4, 48, 64, 8)
    assert found.min() >= 0 and found.max() <= 1
    assert (np.diff(found, axis=-1) <= 0).all()


def test_a_moving_field_is_forecast_better_than_by_persistence(computed):
    frames = rain(steps=10)
    forecast = computed.forecast(frames[:, :6], horizon=4, optimise_for="median")
    inside = np.s_[:, -1, 12:-12, 12:-12]
    error = np.abs(forecast - frames[:, 6:])[inside].mean()
    persistence = np.abs(frames[:, 5:6] - frames[:, 6:])[inside].mean()
    assert error < 0.5 * persistence


def test_future_frames_are_not_read(computed):
    frames = rain(steps=8)
    late = computed.forecast(frames, horizon=2)
    np.testing.assert_array_equal(late, computed.forecast(frames[:, 2:], horizon=2))


def test_the_horizon_changes_no_lead_time(computed, uncompiled):
    frames = rain()
    short = computed.forecast_distribution(frames, horizon=2).probabilities
    long = computed.forecast_distribution(frames, horizon=14).probabilities
    np.testing.assert_allclose(long[:, :2], short, atol=1e-5)


def test_flips_commute_with_the_forecast(computed):
    frames = rain()
    straight = computed.forecast_distribution(frames, horizon=3).probabilities
    flipped = computed.forecast_distribution(frames[:, :, ::-1], horizon=3).probabilities
    np.testing.assert_allclose(flipped[:, :, ::-1], straight, atol=0.02)


def test_a_new_model_takes_a_motion(computed):
    frames, motion = rain(), np.broadcast_to(np.float32([1, -1]), (2, 48, 64, 2))
    new = Nowcaster(residual=None).forecast(frames, horizon=2, motion=motion)
    np.testing.assert_array_equal(new, computed.forecast(frames, horizon=2, motion=motion))


@pytest.mark.parametrize("decision", DECISIONS)
def test_decisions_are_fields(computed, decision, uncompiled):
    field = computed.forecast(rain(), horizon=2, optimise_for=decision)
    assert field.shape == (2, 2, 48, 64, 1)
    assert np.isfinite(field).all() and (field >= 0).all()


def test_matched_keeps_the_expected_area(computed):
    frames = rain()
    distribution = computed.forecast_distribution(frames, horizon=2)
    field = computed.forecast(frames, horizon=2, optimise_for="matched")
    for threshold in (0.5, 2.0):
        k = distribution.thresholds.index(threshold)
        expected = distribution.probabilities[..., k].mean(axis=(2, 3))
        np.testing.assert_allclose(
            (field >= threshold).mean(axis=(2, 3))[..., 0], expected, atol=0.03
        )


@pytest.mark.parametrize("fill", [0.0, 2.0, np.nan])
def test_dry_constant_and_missing_input(computed, fill):
    frames = np.full((1, 6, 32, 32, 1), fill, "float32")
    field = computed.forecast(frames, horizon=2)
    assert np.isnan(field).all() if np.isnan(fill) else np.isfinite(field).all()


def test_what_was_never_seen_is_nan_and_any_size_will_do(computed):
    frames = rain(size=(50, 61))
    frames[:, :, :5] = np.nan
    frames[:, 2, 20:30, 20:30] = np.nan
    field = computed.forecast(frames, horizon=2)
    assert field.shape[2:4] == (50, 61)
    assert np.isnan(field[:, :, :5]).all() and np.isfinite(field[:, :, 5:]).all()


def test_members_are_reproducible_and_have_the_distribution(computed):
    frames = rain()
    members = computed.forecast(frames, horizon=3, members=24, seed=3)
    assert members.shape == (2, 24, 3, 48, 64, 1)
    np.testing.assert_array_equal(members, computed.forecast(frames, horizon=3, members=24, seed=3))
    assert not np.array_equal(members, computed.forecast(frames, horizon=3, members=24, seed=4))
    distribution = computed.forecast_distribution(frames, horizon=3)
    for threshold in (0.5, 2.0):
        share = (members >= threshold).mean(axis=1)
        assert abs(share.mean() - distribution.exceedance(threshold).mean()) < 0.02
    # What members say beyond their mean is alike at neighbouring pixels.
    anomaly = (members - members.mean(axis=1, keepdims=True))[..., 0]
    pairs = np.corrcoef(anomaly[..., 1:].ravel(), anomaly[..., :-1].ravel())
    assert pairs[0, 1] > 0.3


def members_in_one_batch(model, frames):
    drawn = model.members(keras.ops.convert_to_tensor(frames), 2, 3, seed=1)
    return keras.ops.convert_to_numpy(drawn)


def test_members_of_a_sequence_know_nothing_of_its_neighbours(computed):
    frames = rain()
    frames[1] = rain(seed=5)[0, :, ::-1]
    together = members_in_one_batch(computed, frames)
    other = frames.copy()
    other[1] *= 3.0
    changed = members_in_one_batch(computed, other)
    np.testing.assert_array_equal(together[0], changed[0])
    alone = computed.forecast(frames[:1], horizon=2, members=3, seed=1)
    np.testing.assert_allclose(alone[0], together[0], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(
    "precision", ["mixed_bfloat16", pytest.param("mixed_float16", marks=pytest.mark.long)]
)
def test_mixed_precision_forecasts_what_float32_does(precision, uncompiled):
    frames = rain(batch=1, size=(32, 32))
    found = {}
    for dtype in ("float32", precision):
        keras.utils.set_random_seed(0)
        model = Nowcaster("unet", dtype=dtype)
        model.build(frames.shape)
        kernel = model.learned.last.kernel  # not 0, so that the network says something
        kernel.assign(keras.random.normal(kernel.shape, stddev=0.1, seed=1))
        found[dtype] = model.forecast_distribution(frames, horizon=3).probabilities
    assert found[precision].dtype == "float32"
    np.testing.assert_allclose(found[precision], found["float32"], atol=0.05)


def test_two_replicas_make_the_update_of_one_device(two_replicas):
    frames = rain(batch=3, steps=7, size=(32, 32))
    frames[0, :, :12] = np.nan  # the replicas have not equally many valid pixels
    weights = {}
    for count, strategy in ((1, tf.distribute.get_strategy()), (2, two_replicas)):
        keras.utils.set_random_seed(0)
        with strategy.scope():
            model = Nowcaster(ResidualUNet((4, 4, 4, 4, 4), 4), leads_per_batch=1)
            model.compile(keras.optimizers.SGD(0.1))
        model.fit(frames, batch_size=3, epochs=2, shuffle=False, verbose=0)
        weights[count] = model.get_weights()
    for one, two in zip(weights[1], weights[2], strict=True):
        np.testing.assert_allclose(two, one, rtol=1e-4, atol=1e-6)


def test_batch_statistics_of_modernn_follow_the_training():
    frames = rain(batch=2, steps=7, size=(32, 32))
    model = Nowcaster("modernn", leads_per_batch=1)
    model.compile()
    model.build(frames.shape)
    before = [keras.ops.convert_to_numpy(each) for each in model.non_trainable_weights]
    model.fit(frames, batch_size=2, verbose=0)
    after = [keras.ops.convert_to_numpy(each) for each in model.non_trainable_weights]
    assert any(not np.array_equal(x, y) for x, y in zip(before, after, strict=True))


def test_training_lowers_the_loss_and_scores_are_logged(trained):
    model, frames, before = trained
    after = model.evaluate(frames, verbose=0, return_dict=True)
    assert after["loss"] < before["loss"]
    assert {"loss", "crps", "csi"} <= set(after)


def test_missing_pixels_are_in_no_loss(trained):
    model, frames, _ = trained
    other = frames.copy()
    other[0, 6:, :8] = np.nan  # missing already
    other[1, 6:, :8] = np.nan
    loss = model.evaluate(other, verbose=0, return_dict=True)["loss"]
    assert np.isfinite(loss)
    assert loss != model.evaluate(frames, verbose=0, return_dict=True)["loss"]


def test_a_saved_model_forecasts_the_same(trained, tmp_path):
    model, frames, _ = trained
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(
        again.forecast(frames[:, :6], horizon=3), model.forecast(frames[:, :6], horizon=3)
    )


@pytest.mark.parametrize("residual", RESIDUALS)
def test_an_untrained_residual_says_nothing_but_of_air_from_outside(computed, residual, uncompiled):
    frames = rain(batch=1, size=(32, 32))
    model = Nowcaster(residual)
    found = model.forecast_distribution(frames, horizon=2).probabilities
    expected = computed.forecast_distribution(frames, horizon=2).probabilities
    inside = np.s_[:, :, 4:-4, 4:-4]
    np.testing.assert_allclose(found[inside], expected[inside], atol=1e-5)


@pytest.mark.parametrize(
    "make, text",
    [
        (lambda: Nowcaster("transformer"), "residual='transformer'"),
        (lambda: Nowcaster(thresholds=(1.0, 0.5)), "each above the one before"),
        (lambda: Nowcaster(threshold_weights=(1.0,)), "1 threshold_weights for 8 thresholds"),
        (lambda: Nowcaster(None).compile(loss="mse"), "loss='mse'"),
        (lambda: Nowcaster(None).forecast(rain(steps=4)), "at least 6, the context_length"),
        (lambda: Nowcaster(None).forecast(-rain()), "negative or infinite"),
        (lambda: Nowcaster(None).forecast(rain()[:0]), "which is empty"),
        (lambda: Nowcaster(None).forecast(np.repeat(rain(), 2, -1)), "2 channel"),
        (
            lambda: Nowcaster(None).forecast(rain(), members=2, optimise_for="csi"),
            "members are no decision",
        ),
        (lambda: Nowcaster(None).forecast(rain(), motion=np.zeros((1, 2))), "pixels per step"),
    ],
)
def test_bad_input_is_refused(make, text):
    with pytest.raises(ValueError, match=text):
        make()


def test_targets_beside_the_frames_and_negative_rain_are_refused_in_fit(trained):
    model, frames, _ = trained
    with pytest.raises(ValueError, match="targets or weights"):
        model.fit(frames, frames, verbose=0)
    with pytest.raises(ValueError, match="negative or infinite"):
        model.fit(-frames, batch_size=2, verbose=0)


def test_a_field_of_a_distribution_is_the_forecast(computed, uncompiled):
    frames = np.random.default_rng(0).gamma(0.5, 2.0, (2, 8, 40, 36, 1)).astype("float32")
    frames[:, :, :5] = np.nan
    distribution = computed.forecast_distribution(frames, 3)
    for decision in ("csi", "matched", "median", "mean"):
        found = computed.field_of(frames, distribution, decision)
        np.testing.assert_allclose(found, computed.forecast(frames, 3, decision), rtol=1e-5)
        assert np.isnan(found[:, :, :5]).all()
    text = "Nowcaster.field_of: received optimise_for='best'"
    refused(text, computed.field_of, frames, distribution, "best")
