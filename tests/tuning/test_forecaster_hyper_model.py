"""What the spaces of forecasters share: the schedule of a trial, its training, what is refused."""

import keras_tuner
import numpy as np
import pytest

from st_keras.layers import FrameNormalization
from st_keras.metrics.scores_by_name import score_class
from st_keras.models import PredRNN
from st_keras.tuning import ModeRNNHyperModel, PredRNNHyperModel
from tests.refusals import refused
from tests.tiny import random_frames

TINY = {"layers": 1, "filters": 2, "kernel_size": 3, "patch_size": 4, "context_length": 2}


def space(steps=2, **overrides):
    return PredRNNHyperModel((8, 12, 1), steps, **{**TINY, "precision": "float32", **overrides})


def hp_of(**values):
    hp = keras_tuner.HyperParameters()
    hp.values = values
    return hp


def test_the_schedule_ends_at_its_part_of_the_trial():
    one = space(steps=100, sampling="scheduled", sampling_until=0.5)
    horizon = one.build(hp_of()).sampling.horizon
    assert [float(horizon(k)) for k in (0, 25, 50, 99)] == [1.0, 0.5, 0.0, 0.0]
    reverse = space(steps=1000, sampling="reverse", sampling_until=0.625).build(hp_of()).sampling
    # The published numbers, of 80,000 batches, for 1,000.
    assert (reverse.context.begin, reverse.context.stop, reverse.context.alpha) == (312, 625, 31.25)
    assert space(sampling="teacher_forcing").build(hp_of()).sampling is None


def test_a_round_of_hyperband_goes_through_the_whole_schedule():
    rounds = {"tuner/epochs": 3, "tuner/initial_epoch": 1}
    model = space(steps=90, reports=9, sampling="scheduled", sampling_until=1.0).build(
        hp_of(**rounds)
    )
    assert model.sampling.horizon.stop == 20


def test_the_length_of_the_schedule_is_searched_only_where_there_is_one():
    hp = hp_of(sampling="teacher_forcing")
    one = space()
    one.settings(hp)
    assert "sampling_until" not in hp.values
    hp.values["sampling"] = "reverse"
    hp.ensure_active_values()
    assert 0.25 <= one.settings(hp)[1]["sampling_until"] <= 1.0
    without = keras_tuner.HyperParameters()
    space(sampling="teacher_forcing").settings(without)
    assert "sampling_until" not in [each.name for each in without.space]


def test_each_model_has_a_normalization_of_its_own():
    normalization = FrameNormalization.from_range(0.0, 255.0)
    one = space(normalization=normalization)
    models = [one.build(hp_of()) for _ in range(2)]
    assert models[0].normalization is not models[1].normalization
    assert models[0].normalization.get_config()["name"] == normalization.name


def test_the_objective_is_the_error_of_the_forecast_in_the_users_units():
    frames = 255 * random_frames(2, 4, 8, 12, 1)
    one = space(normalization=FrameNormalization.from_range(0.0, 255.0), decoupling_weight=0.3)
    assert (one.objective.name, one.objective.direction) == ("val_mse", "min")
    model = one.build(hp_of())
    found = model.evaluate(frames, verbose=0, return_dict=True)
    forecast = model.forecast(frames[:, :2], 2)
    expected = np.mean(np.square(forecast - frames[:, 2:]))
    assert found["mse"] == pytest.approx(expected, rel=1e-5)
    assert found["mse"] > 100 * found["loss"]


@pytest.mark.parametrize("score", [None, "rmse", "ssim"])
def test_the_objective_leaves_out_what_is_missing(score):
    frames = random_frames(2, 4, 8, 12, 1)
    holed = frames.copy()
    holed[:, 2:, :, 9:] = np.nan
    one = space(score=score, forecaster={"missing": "mask"})
    model = one.build(hp_of())
    found = model.evaluate(holed, verbose=0, return_dict=True)
    forecast, future = model.forecast(frames[:, :2], 2)[:, :, :, :9], frames[:, 2:, :, :9]
    errors = forecast - future
    if score == "rmse":  # which clips, as its protocol says
        expected = np.sqrt(np.square(np.clip(forecast, 0, 1) - future).mean())
        assert found["rmse"] == pytest.approx(expected, rel=1e-4)
    assert found["mse"] == pytest.approx(np.square(errors).mean(), rel=1e-4)
    assert found["mae"] == pytest.approx(np.abs(errors).mean(), rel=1e-4)
    assert np.isfinite(found[one.objective.name.removeprefix("val_")])


@pytest.mark.parametrize("score, direction", [("rmse", "min"), ("ssim", "max"), ("mse", "min")])
def test_the_objective_may_be_a_score_by_its_name(score, direction):
    frames = 255 * random_frames(2, 4, 8, 12, 1)
    normalization = FrameNormalization.from_range(0.0, 255.0)
    one = space(normalization=normalization, score=score, value_range=(0.0, 255.0))
    assert (one.objective.name, one.objective.direction) == (f"val_{score}", direction)
    model = one.build(hp_of())
    found = model.evaluate(frames, verbose=0, return_dict=True)
    forecast = model.forecast(frames[:, :2], 2)
    metric = score_class(score)(max_value=255.0)
    metric.update_state(frames[:, 2:], forecast)
    assert found[score] == pytest.approx(float(metric.result()), rel=1e-4)
    assert {"mse", "mae", score} <= set(found)


def test_a_score_that_nobody_knows_or_that_has_no_better_value():
    refused(r"'crps'.*among mse, mae.*register_score", space, score="crps")
    refused(r"score='exact_frames', of which no value is better", space, score="exact_frames")


def test_training_ends_at_the_last_batch_and_reports_on_the_way(eager, frames, validation):
    one = space(steps=3, reports=2, seed=3)
    model = one.build(hp_of())
    history = one.fit(hp_of(), model, frames, validation_data=validation, verbose=0)
    assert int(model.optimizer.iterations) == 3
    assert len(history.history["val_mse"]) == 2


def test_a_trial_that_diverges_says_so(frames):
    one = space()
    broken = frames.map(lambda x: x * float("nan"))
    with pytest.raises(ValueError, match="an input that holds NaN or infinity"):
        one.fit(hp_of(), one.build(hp_of()), broken, verbose=0)


def test_the_seed_gives_the_same_weights():
    first, second, other = (space(seed=s).build(hp_of()).get_weights() for s in (1, 1, 2))
    assert all((a == b).all() for a, b in zip(first, second, strict=True))
    assert any((a != b).any() for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize(
    "shape, kind, expected",
    [
        ((16, 24, 1), PredRNNHyperModel, (2, 4, 8)),
        ((6, 9, 1), PredRNNHyperModel, (1,)),
        ((128, 128, 1), ModeRNNHyperModel, (4, 8)),
        ((512, 512, 1), ModeRNNHyperModel, (8,)),
    ],
)
def test_patch_sizes_that_divide_the_image(shape, kind, expected):
    assert kind(shape, steps=1).patch_size == expected


def test_too_many_parameters_are_a_failed_trial(frames):
    one = space(max_parameters=10)
    model = one.build(hp_of())  # a tuner builds before it searches
    with pytest.raises(keras_tuner.errors.FailedTrialError, match="more than max_parameters=10"):
        one.fit(hp_of(), model, frames)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"patch_size": 5}, r"patch_size=5 for images of 8 x 12 pixels. Required: divisors of bo"),
        ({"sampling": "never"}, r"PredRNNHyperModel: received sampling='never'"),
        ({"sampling_until": (0.5, 2)}, r"received sampling_until=2. .*in \[0.0, 1.0\]"),
        ({"learning_rate": 0}, r"learning_rate=0\. Required: 0 < low"),
        ({"learning_rate": (0, 1)}, r"learning_rate=\(0, 1\). Required: 0 < low <= high"),
        ({"precision": "float8"}, r"precision='float8'"),
        ({"max_parameters": 0}, r"max_parameters=0"),
        ({"seed": -1}, r"seed=-1"),
        ({"context_length": 0}, r"context_length=0"),
    ],
)
def test_refused(arguments, message):
    refused(message, space, **arguments)


def test_refused_image_shape():
    refused(r"image_shape of shape \(8, 12\)", PredRNNHyperModel, (8, 12), 2)


def test_the_network_is_the_one_asked_for():
    network = space(filters=(2, 4), layers=(2, 3)).build(hp_of(filters=4, layers=3)).network
    assert isinstance(network, PredRNN) and network.filters == (4, 4, 4)
