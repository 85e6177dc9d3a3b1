import keras
import numpy as np
import pytest
import tensorflow as tf
from matplotlib.figure import Figure

from st_keras.training import ProbabilitySchedule, ReverseScheduledSampling, ScheduledSampling


def published_scheduled(k):
    """`schedule_sampling` of the reference scripts: 1 - 2e-5 per iteration, 0 from 50,000 on."""
    return 1.0, (1.0 - 2e-5 * k if k < 50_000 else 0.0)


def published_reverse(k, s1=25_000, s2=50_000, alpha=2500):
    """`reserve_schedule_sampling_exp` of the reference scripts: (context, horizon)."""
    if k < s1:
        return 0.5, 0.5
    if k < s2:
        return 1.0 - 0.5 * np.exp(-(k - s1) / alpha), 0.5 - 0.5 * (k - s1) / (s2 - s1)
    return 1.0, 0.0


CASES = [
    (ScheduledSampling(), published_scheduled),
    (ReverseScheduledSampling(), published_reverse),
    (
        ReverseScheduledSampling.plateau(5_000, 50_000, 2000),
        lambda k: published_reverse(k, 5_000, 50_000, 2000),
    ),
]
BATCHES = [0, 4_999, 5_000, 24_999, 25_000, 25_001, 30_000, 49_999, 50_000, 50_001, 80_000, 10**6]


@pytest.mark.parametrize("sampling, published", CASES)
def test_published_values(sampling, published):
    for k in BATCHES:
        context, horizon = published(k)
        expected = [1.0, *[context] * 3, *[horizon] * 4]  # step 0 has nothing before it
        p = sampling.probabilities(k, context_length=4, num_steps=8)
        np.testing.assert_allclose(p, expected, atol=1e-5)
        assert p.dtype == "float32" and p.shape == (8,)


@pytest.mark.parametrize("sampling, published", CASES[:2])
def test_in_a_graph_the_number_of_batches_is_an_input(sampling, published):
    traced = tf.function(lambda k: sampling.probabilities(k, 2, 3))
    for k in (0, 30_000, 60_000):
        context, horizon = published(k)
        np.testing.assert_allclose(traced(tf.constant(k)), [1.0, context, horizon], atol=1e-5)
    assert traced.experimental_get_tracing_count() == 1


@pytest.mark.parametrize("context_length, num_steps", [(1, 1), (1, 4), (3, 3), (5, 2)])
def test_any_lengths(context_length, num_steps):
    p = ReverseScheduledSampling().probabilities(60_000, context_length, num_steps)
    expected = [1.0 if t < context_length else 0.0 for t in range(num_steps)]
    np.testing.assert_array_equal(p, expected)


@pytest.mark.parametrize("cls", [ScheduledSampling, ReverseScheduledSampling])
def test_over_scales_the_published_schedule(cls):
    scaled, published = cls.over(800), cls()
    for k in range(0, 801, 50):
        np.testing.assert_allclose(
            scaled.probabilities(k, 2, 4), published.probabilities(100 * k, 2, 4), atol=1e-5
        )


@pytest.mark.parametrize("cls", [ScheduledSampling, ReverseScheduledSampling])
@pytest.mark.parametrize("num_batches", [8, 9, 13, 100])
def test_over_ends_within_short_runs(cls, num_batches):
    last = cls.over(num_batches).probabilities(num_batches - 1, 2, 4)
    np.testing.assert_array_equal(last, [1, 1, 0, 0])


def test_own_schedules_are_kept_by_the_config():
    own = ProbabilitySchedule("sigmoid", 0.1, 0.9, alpha=5.0, beta=10.0)
    for sampling in (ScheduledSampling(own), ReverseScheduledSampling(own, own)):
        saved = keras.saving.serialize_keras_object(sampling)
        again = keras.saving.deserialize_keras_object(saved)
        for k in (0, 10, 50):
            np.testing.assert_array_equal(
                again.probabilities(k, 2, 4), sampling.probabilities(k, 2, 4)
            )


def test_plot(tmp_path):
    path = tmp_path / "curve.png"
    figure = ReverseScheduledSampling().plot(path=path)
    assert isinstance(figure, Figure) and path.stat().st_size > 1000
    lines = figure.axes[0].get_lines()
    assert len(lines) == 2
    context, horizon = (line.get_ydata() for line in lines)
    assert context[0] == horizon[0] == 0.5 and context[-1] == 1 and horizon[-1] == 0
    assert lines[0].get_xdata()[-1] == 60_000
    figure = ScheduledSampling(ProbabilitySchedule("constant", 0.5)).plot(num_batches=10)
    assert figure.axes[0].get_lines()[0].get_xdata()[-1] == 10


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: ScheduledSampling(0.5), r"ScheduledSampling: received horizon=0\.5"),
        (
            lambda: ReverseScheduledSampling(context="linear"),
            r"context='linear'.*ProbabilitySchedule",
        ),
        (lambda: ReverseScheduledSampling.plateau(-1, 5, 1.0), r"begin=-1"),
        (lambda: ReverseScheduledSampling.plateau(5, 5, 1.0), r"stop=5.*at least 6"),
        (lambda: ReverseScheduledSampling.plateau(1, 5, 0.0), r"alpha=0\.0"),
        (lambda: ScheduledSampling.over(7), r"num_batches=7.*at least 8"),
        (lambda: ReverseScheduledSampling.over(7), r"num_batches=7.*at least 8"),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()
