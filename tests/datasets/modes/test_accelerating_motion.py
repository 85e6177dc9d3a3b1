import numpy as np

from st_keras.datasets.modes.accelerating_motion import accelerating_motion

TRACKS = accelerating_motion(np.random.default_rng(0), 1000, 200)
ROWS, COLUMNS = np.moveaxis(TRACKS.positions, -1, 0)


def test_stays_inside_upright_and_opaque():
    assert TRACKS.positions.min() >= -1e-9 and TRACKS.positions.max() <= 1 + 1e-9
    assert TRACKS.is_upright.all() and (TRACKS.opacity == 1).all() and TRACKS.square == "inside"
    assert ROWS.max() > 0.999 and ROWS.min() < 0.01 and np.ptp(COLUMNS) > 0.99


def test_acceleration_is_constant_away_from_the_floor():
    second = np.diff(ROWS, 2, axis=1)
    flight = np.abs(second - 0.02) < 1e-9
    # A bounce within two steps changes the second difference, always upwards, and near the floor.
    assert (second[~flight] < 0.02).all() and ROWS[:, 1:-1][~flight].min() > 0.7
    assert 0.8 < flight.mean() < 0.95


def test_energy_is_constant_over_bounces():
    """The height at apex, from three frames of each flight, is the same for every flight."""
    height = 1 - ROWS
    speed = (height[:, 2:] - height[:, :-2]) / 2  # exact at the middle frame of a parabola
    energy = speed**2 / 2 + 0.02 * height[:, 1:-1]
    flight = np.abs(np.diff(ROWS, 2, axis=1) - 0.02) < 1e-9
    apex = np.where(flight, energy / 0.02, np.nan)
    np.testing.assert_allclose(np.nanmax(apex, axis=1), np.nanmin(apex, axis=1), atol=1e-6)
    assert 0.4 <= np.nanmin(apex) < 0.41 and 0.99 < np.nanmax(apex) <= 1 + 1e-6


def test_sideways_speed_is_constant_but_for_its_sign_at_walls():
    step = np.diff(COLUMNS, axis=1)
    speed = np.abs(step).max(axis=1, keepdims=True)
    assert 0.02 <= speed.min() < 0.021 and 0.099 < speed.max() <= 0.1 + 1e-9
    slower = np.abs(step) < speed - 1e-9  # the steps that hit a wall
    nearest = np.minimum(COLUMNS, 1 - COLUMNS)
    assert (np.minimum(nearest[:, 1:], nearest[:, :-1]) <= speed / 2 + 1e-9)[slower].all()
    assert 0 < slower.mean() < 0.1
