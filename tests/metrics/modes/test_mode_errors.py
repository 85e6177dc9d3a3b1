import numpy as np
import pytest

from st_keras.metrics.modes import mode_errors
from tests.metrics.disentanglement.grid import refuses
from tests.metrics.modes.clouds import shuffled

ERRORS = np.array([40.0, 90.0, 60.0, 100.0, 110.0])
LABELS = np.array([0, 1, 0, 1, 1])


def test_by_hand():
    assert mode_errors(ERRORS, LABELS) == {"mode_0": 50.0, "mode_1": 100.0}
    assert mode_errors(ERRORS, LABELS, names=("walk", "run")) == {"walk": 50.0, "run": 100.0}
    assert type(mode_errors(ERRORS, LABELS)["mode_0"]) is float


def test_a_rare_mode_counts_as_its_own_mean():
    found = mode_errors(np.r_[np.zeros(99), 1000.0], np.r_[np.zeros(99, int), 7])
    assert found == {"mode_0": 0.0, "mode_7": 1000.0}


def test_labels_that_are_names():
    found = mode_errors(ERRORS, ["walk", "run", "walk", "run", "run"])
    assert list(found.items()) == [("run", 100.0), ("walk", 50.0)]


def test_order_of_the_rows_does_not_matter():
    errors = np.random.default_rng(0).random(200)
    labels = np.arange(200) % 3
    one, other = mode_errors(errors, labels), mode_errors(*shuffled(errors, labels))
    assert list(one) == list(other) and one == pytest.approx(other)
    assert len(set(one.values())) == 3


def test_one_mode():
    assert mode_errors(ERRORS, LABELS * 0) == {"mode_0": 80.0}


def test_goes_into_collapse_gap():
    from st_keras.metrics.modes import collapse_gap

    mixture = mode_errors(ERRORS, LABELS, names=["walk", "run"])
    assert collapse_gap(mixture, {"walk": 40, "run": 100}).gaps == {"walk": 0.25, "run": 0.0}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((ERRORS[None], LABELS), r"errors of shape \(1, 5\), rank 2"),
        ((ERRORS[:0], LABELS[:0]), r"errors of shape \(0,\) with 0 values NaN.*at least one"),
        ((ERRORS * np.nan, LABELS), r"errors of shape \(5,\) with 5 values NaN"),
        ((["a"], LABELS), r"errors of type list that is no array of numbers"),
        ((ERRORS, LABELS[:3]), r"labels of type ndarray, shape \(3,\)"),
        ((ERRORS, LABELS, ["walk"]), r"1 names \['walk'\] for the labels \[0, 1\]"),
        ((ERRORS, LABELS, ["walk", "walk"]), r"2 names \['walk', 'walk'\]"),
        ((ERRORS, LABELS, "ab"), r"1 names \['ab'\]"),
        ((ERRORS, LABELS, ["a", "b", "c"]), r"3 names.*score sequences of each"),
        ((ERRORS, LABELS + 1, ["a", "b"]), r"labels \[1, 2\]"),
        ((ERRORS, ["a", "b", "a", "b", "b"], ["x", "y"]), r"for the labels \['a', 'b'\]"),
    ],
)
def test_errors(arguments, message):
    refuses(mode_errors, message, *arguments)
