"""Values and bounds of hyperparameters: checked, fixed where there is one, else drawn."""

import keras_tuner
import pytest

from st_keras.tuning.ranges import between, choose, draw, one_of, several, whole
from tests.refusals import refused


def test_one_value_stands_alone_or_in_a_list():
    assert several("s", "n", 3, whole(1)) == several("s", "n", [3], whole(1)) == (3,)


@pytest.mark.parametrize(
    "values, check, message",
    [
        ((), whole(1), r"s: received n=\(\)\. Required: at least one value, and none twice"),
        ((2, 2), whole(1), r"received n=\(2, 2\)\. .*none twice"),
        ((0,), whole(1), r"received n=0\. Required: an int of at least 1"),
        ((3, 4), whole(1, odd=True), r"received n=4\. Required: an odd int\. Pass 5\."),
        (("a", "c"), one_of(("a", "b")), r"received n='c'\. Required: one of 'a', 'b'"),
    ],
)
def test_refused_values(values, check, message):
    refused(message, several, "s", "n", values, check)


@pytest.mark.parametrize(
    "bounds, message",
    [
        ((1, 2, 3), r"s: received n=\(1, 2, 3\)\. Required: a pair \(low, high\), or one number"),
        ((2, 1), r"received n=\(2, 1\)\. Required: 0 < low <= high"),
        ((0, 1), r"received n=\(0, 1\)\. Required: 0 < low <= high"),
        (0, r"received n=0\. Required: 0 < low <= high\. Pass"),
        ((1, 10), r"received n=10\. Required: a finite number in \[0\.0, 9\.0\]"),
        ((-1, 1), r"received n=-1\. Required: a finite number in \[0\.0, 9\.0\]"),
    ],
)
def test_refused_bounds(bounds, message):
    refused(message, between, "s", "n", bounds, maximum=9.0)


def test_zero_alone_is_allowed_where_asked():
    assert between("s", "gamma", 0, or_zero=True) == (0.0, 0.0)
    with pytest.raises(ValueError, match=r"gamma=\(0, 1\)\. Required: .*high, or 0 alone"):
        between("s", "gamma", (0, 1), or_zero=True)


def test_drawing():
    hp = keras_tuner.HyperParameters()
    assert choose(hp, "a", (3,)) == 3 and choose(hp, "b", (5, 7)) == 5
    assert choose(hp, "c", (True, False)) is True
    assert draw(hp, "d", (0.5, 0.5)) == 0.5 and draw(hp, "e", (1e-3, 1.0)) == 1e-3
    kinds = [type(each).__name__ for each in hp.space]
    assert kinds == ["Fixed", "Choice", "Boolean", "Fixed", "Float"]
    assert hp.space[-1].sampling == "log"
    draws = [hp.space[-1].random_sample(seed) for seed in range(200)]
    assert 60 < sum(value < 10**-1.5 for value in draws) < 140  # half, were it not for chance
