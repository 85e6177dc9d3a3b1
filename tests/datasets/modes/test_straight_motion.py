import numpy as np
import pytest

from st_keras.datasets.modes.straight_motion import straight_motion


def draw(num_frames, num_digits=2000):
    return straight_motion(np.random.default_rng(1), num_digits, num_frames)


@pytest.mark.parametrize("num_frames", [2, 5, 20, 100])
def test_velocity_is_constant_and_nothing_bounces(num_frames):
    step = np.diff(draw(num_frames).positions, axis=1)
    np.testing.assert_allclose(step, step[:, :1].repeat(num_frames - 1, axis=1), atol=1e-12)
    assert np.linalg.norm(step[:, 0], axis=-1).min() > 0.2 / num_frames


@pytest.mark.parametrize("num_frames", [2, 5, 20, 100])
def test_starts_in_sight_and_ends_out_of_sight(num_frames):
    tracks = draw(num_frames)
    assert tracks.square == "visible"
    hidden = (np.abs(tracks.positions - 0.5) >= 0.5).any(axis=-1)
    assert not hidden[:, 0].any() and hidden[:, -1].all()
    # Once gone, it is gone; and it is seen for about 60 to 95 % of the time.
    assert (np.diff(hidden.astype(int), axis=1) >= 0).all()
    seen = (~hidden).sum(axis=1)
    assert seen.min() >= 0.6 * (num_frames - 1) and seen.max() <= 0.95 * (num_frames - 1) + 1


def test_crosses_the_middle():
    centre = np.linalg.norm(draw(400).positions - 0.5, axis=-1).min(axis=1)
    assert centre.max() < 0.205 and centre.mean() == pytest.approx(0.1, abs=0.01)


def test_directions_are_uniform():
    step = np.diff(draw(2, 8000).positions, axis=1)[:, 0]
    counts = np.histogram(np.arctan2(*step.T), bins=8, range=(-np.pi, np.pi))[0]
    assert (np.abs(counts - 1000) < 5 * np.sqrt(1000)).all()


def test_a_single_frame_shows_the_start():
    assert (np.abs(draw(1).positions - 0.5) < 0.37).all()
