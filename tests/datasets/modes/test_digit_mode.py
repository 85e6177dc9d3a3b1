import functools

import numpy as np
import pytest

from st_keras.datasets.modes.digit_mode import DIGIT_MODES, DigitMode
from st_keras.datasets.modes.tracks import Tracks


def resting(rng, num_digits, num_frames, row=0.5):
    return Tracks(np.full((num_digits, num_frames, 2), row))


@pytest.mark.parametrize("name", DIGIT_MODES)
def test_every_registered_mode_draws_from_its_generator_alone(name):
    mode = DIGIT_MODES[name]
    first, again, other = (mode.draw(np.random.default_rng(s), 20) for s in (0, 0, 1))
    for field in ("positions", "angle", "scale", "opacity"):
        np.testing.assert_array_equal(getattr(first, field), getattr(again, field))
    assert not np.array_equal(first.positions, other.positions)
    assert first.positions.shape == (mode.num_digits, 20, 2)


def test_registered_modes():
    digits = {name: mode.num_digits for name, mode in DIGIT_MODES.items()}
    assert [digits.pop(name) for name in ("one_digit", "two_digits", "three_digits")] == [1, 2, 3]
    assert set(digits) == {
        "straight",
        "rotating_scaling",
        "accelerating",
        "appearing_disappearing",
    }
    assert set(digits.values()) == {2}
    motions = {mode.motion_name for mode in DIGIT_MODES.values()}
    assert len(motions) == 5 and "straight_motion" in motions


def test_a_motion_of_ones_own():
    tracks = DigitMode(4, functools.partial(resting, row=0.25)).draw(np.random.default_rng(0), 3)
    assert tracks.positions.shape == (4, 3, 2) and (tracks.positions == 0.25).all()
    assert DigitMode(1, resting).motion_name == "resting"
    assert DigitMode(1, functools.partial(resting)).motion_name == "partial"


@pytest.mark.parametrize(
    "call, match",
    [
        (lambda: DigitMode(0, resting), "num_digits=0.*at least 1"),
        (lambda: DigitMode(1.5, resting), "num_digits=1.5"),
        (lambda: DigitMode(1, "straight"), "motion='straight'.*a function of"),
        (
            lambda: DigitMode(2, lambda *_: resting(None, 1, 3)).draw(None, 3),
            r"Tracks with positions of shape \(1, 3, 2\) from <lambda>.*\(2, 3, 2\)",
        ),
        (
            lambda: DigitMode(2, lambda *_: np.zeros((2, 3, 2))).draw(None, 3),
            "ndarray with positions of shape None.*Tracks",
        ),
    ],
)
def test_refusals(call, match):
    with pytest.raises(ValueError, match=match):
        call()
