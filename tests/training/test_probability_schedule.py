import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from st_keras.training import ProbabilitySchedule

STEPS = np.array([0, 1, 2, 9, 10, 11, 50, 99, 100, 101, 10_000])


def numpy_schedule(family, k, s, e, alpha=1.0, beta=0.0, begin=0, stop=None):
    """The formulas of the PredRNN-V2 paper, with the plateau of the reference code."""
    n = max(k - begin, 0)
    p = {
        "constant": s,
        "linear": min(s + alpha * n, e) if e >= s else max(s - alpha * n, e),
        "exponential": e - (e - s) * np.exp(-n / alpha),
        "sigmoid": s + (e - s) / (1 + np.exp(np.clip((beta - n) / alpha, -500, 500))),
    }[family]
    return e if stop is not None and k >= stop else p


ARGUMENTS = [
    {"family": "constant", "start": 0.3},
    {"family": "linear", "start": 0.1, "end": 0.9, "alpha": 0.02},
    {"family": "linear", "start": 1.0, "end": 0.0, "alpha": 0.005, "begin": 10},
    {"family": "exponential", "start": 0.5, "end": 1.0, "alpha": 20.0, "begin": 10, "stop": 100},
    {"family": "exponential", "start": 0.5, "end": 0.0, "alpha": 20.0},
    {"family": "sigmoid", "start": 0.25, "end": 0.75, "alpha": 8.0, "beta": 50.0},
    {"family": "sigmoid", "start": 1.0, "end": 0.0, "alpha": 8.0, "beta": 30.0, "stop": 100},
]


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=lambda a: f"{a['family']}-{a.get('end')}")
def test_equals_numpy(arguments):
    schedule = ProbabilitySchedule(**arguments)
    rest = {k: v for k, v in arguments.items() if k in ("alpha", "beta", "begin", "stop")}
    start, end = arguments["start"], arguments.get("end", arguments["start"])
    expected = [numpy_schedule(arguments["family"], k, start, end, **rest) for k in STEPS]
    np.testing.assert_allclose([float(schedule(k)) for k in STEPS], expected, atol=1e-6)
    traced = tf.function(schedule)
    for dtype in ("int32", "int64"):
        np.testing.assert_allclose(
            [traced(tf.constant(k, dtype)) for k in STEPS], expected, atol=1e-6
        )


families = st.sampled_from(["constant", "linear", "exponential", "sigmoid"])
probability = st.floats(0, 1)


@settings(max_examples=60, deadline=None)
@given(
    family=families,
    start=probability,
    end=probability,
    alpha=st.floats(1e-3, 1e3),
    beta=st.floats(0, 100),
    begin=st.integers(0, 50),
    length=st.integers(1, 100) | st.none(),
)
def test_always_a_probability_and_monotone_until_it_ends(
    family, start, end, alpha, beta, begin, length
):
    stop = None if length is None else begin + length
    schedule = ProbabilitySchedule(family, start, end, alpha, beta, begin, stop)
    values = np.array([float(schedule(k)) for k in range(0, 200, 10)])
    assert np.isfinite(values).all() and values.min() >= 0 and values.max() <= 1
    if family != "constant":
        steps = np.diff(values) * np.sign(end - start)
        assert steps.min() >= -1e-6
    if family != "sigmoid":
        assert float(schedule(0)) == pytest.approx(start, abs=1e-6)
    if stop is not None:
        for k in (stop, stop + 1, 10**6):
            assert float(schedule(k)) == np.float32(end)


def test_end_defaults_to_start():
    assert ProbabilitySchedule("constant", 0.25).end == 0.25


def test_config_makes_an_equal_schedule():
    schedule = ProbabilitySchedule(**ARGUMENTS[3])
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(schedule))
    assert [float(again(k)) for k in STEPS] == [float(schedule(k)) for k in STEPS]


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"family": "cosine"}, r"family='cosine'.*one of 'constant', 'linear'"),
        ({"start": 1.5}, r"start=1\.5.*\[0\.0, 1\.0\]"),
        ({"end": -0.1}, r"end=-0\.1"),
        ({"family": "linear", "end": 0.0}, r"alpha=None for family='linear'.*a positive number"),
        ({"family": "sigmoid", "end": 0.0, "alpha": 0}, r"alpha=0 for family='sigmoid'"),
        ({"alpha": -1.0}, r"alpha=-1\.0"),
        ({"beta": float("inf")}, r"beta=inf"),
        ({"begin": -1}, r"begin=-1"),
        ({"begin": 5, "stop": 5}, r"stop=5. Required: an int of at least 6"),
    ],
)
def test_errors(arguments, message):
    with pytest.raises(ValueError, match=f"ProbabilitySchedule: received {message}"):
        ProbabilitySchedule(**arguments)
