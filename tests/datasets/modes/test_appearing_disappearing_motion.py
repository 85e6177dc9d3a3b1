import numpy as np
import pytest

from st_keras.datasets.modes.appearing_disappearing_motion import appearing_disappearing_motion
from st_keras.datasets.modes.bouncing_motion import bouncing_motion


def opacity(num_frames, num_digits=3000):
    rng = np.random.default_rng(2)
    return appearing_disappearing_motion(rng, num_digits, num_frames).opacity


@pytest.mark.parametrize("num_frames", [2, 3, 7, 8, 9, 20, 50])
def test_every_digit_is_absent_once_and_fully_there_at_some_time(num_frames):
    shown = opacity(num_frames)
    gone = shown == 0
    assert (shown.max(axis=1) == 1).all()
    length = gone.sum(axis=1)
    assert length.min() == max(1, num_frames // 5) and length.max() == num_frames // 2
    # One gap: at most one frame begins it.
    begins = gone & ~np.pad(gone, ((0, 0), (1, 0)))[:, :-1]
    assert (begins.sum(axis=1) == 1).all()


def test_it_appears_disappears_and_does_both():
    gone = opacity(20) == 0
    assert gone[:, 0].sum() > 100 and gone[:, -1].sum() > 100
    assert (~gone[:, 0] & ~gone[:, -1]).sum() > 1000
    assert gone.any(axis=0).all()


def test_half_pop_and_half_fade_linearly():
    shown = opacity(20)
    soft = ((shown > 0) & (shown < 1)).any(axis=1)
    assert 0.4 < soft.mean() < 0.6
    step = np.abs(np.diff(shown, axis=1))
    np.testing.assert_array_equal(step[~soft].max(axis=1), 1)
    sizes = np.unique(step[soft].max(axis=1).round(9))
    np.testing.assert_allclose(sizes, [1 / 5, 1 / 4, 1 / 3, 1 / 2], atol=1e-8)
    rising = step[soft]
    assert np.isclose(rising, rising.max(axis=1, keepdims=True))[rising > 1e-9].all()


def test_a_single_frame_is_empty():
    assert (opacity(1) == 0).all()


def test_moves_on_unseen_as_bouncing_digits():
    plain = bouncing_motion(np.random.default_rng(5), 3, 20)
    blinking = appearing_disappearing_motion(np.random.default_rng(5), 3, 20)
    np.testing.assert_array_equal(blinking.positions, plain.positions)
    assert blinking.is_upright.all() and blinking.square == "inside"
