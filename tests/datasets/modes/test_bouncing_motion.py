import numpy as np

from st_keras.datasets.modes.bouncing_motion import bouncing_motion


def positions(num_digits=2000, num_frames=60, seed=0):
    return bouncing_motion(np.random.default_rng(seed), num_digits, num_frames).positions


def test_upright_opaque_and_repeatable():
    tracks = bouncing_motion(np.random.default_rng(3), 2, 9)
    assert tracks.is_upright.all() and (tracks.opacity == 1).all() and tracks.square == "inside"
    again = bouncing_motion(np.random.default_rng(3), 2, 9)
    np.testing.assert_array_equal(tracks.positions, again.positions)


def test_steps_have_one_length_away_from_walls():
    at = positions()
    assert at.min() == 0 and at.max() == 1
    away = ((at > 0) & (at < 1)).all(axis=-1)
    steps = np.linalg.norm(np.diff(at, axis=1), axis=-1)[away[:, 1:] & away[:, :-1]]
    assert steps.size > 10_000
    np.testing.assert_allclose(steps, 0.1, atol=1e-9)


def test_a_component_flips_at_a_wall_and_nowhere_else():
    at = positions()
    step = np.diff(at, axis=1)
    flipped = step[:, 1:] * step[:, :-1] < -1e-12
    turning = at[:, 1:-1][flipped]
    assert turning.size > 1000 and np.isin(turning, (0.0, 1.0)).all()
    # A digit that stopped at a wall leaves it with the speed that it came with.
    at_wall = np.isin(at[:, 1:-1], (0.0, 1.0)) & flipped
    inside = ~np.isin(at[:, 2:], (0.0, 1.0))
    rows = at_wall & inside
    speed = np.abs(np.diff(positions(), axis=1)).max(axis=1)[:, None].repeat(58, axis=1)
    np.testing.assert_allclose(np.abs(step[:, 1:])[rows], speed[rows], atol=1e-9)


def test_starts_and_directions_are_uniform():
    at = positions(8000, 2)
    histogram = np.histogram2d(*at[:, 0].T, bins=4, range=[[0, 1], [0, 1]])[0]
    assert (np.abs(histogram - 500) < 5 * np.sqrt(500)).all()
    step = np.diff(at, axis=1)[:, 0][(np.abs(at[:, 0] - 0.5) < 0.39).all(axis=-1)]
    counts = np.histogram(np.arctan2(*step.T), bins=8, range=(-np.pi, np.pi))[0]
    assert (np.abs(counts - len(step) / 8) < 5 * np.sqrt(len(step) / 8)).all()
