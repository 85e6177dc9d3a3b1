import numpy as np

from st_keras.datasets.modes.bouncing_motion import bouncing_motion
from st_keras.datasets.modes.rotating_scaling_motion import rotating_scaling_motion

TRACKS = rotating_scaling_motion(np.random.default_rng(0), 1000, 60)


def test_turns_steadily_either_way():
    assert (TRACKS.angle[:, 0] == 0).all() and not TRACKS.is_upright.any()
    turn = np.rad2deg(np.diff(TRACKS.angle, axis=1))
    np.testing.assert_allclose(turn, turn[:, :1].repeat(59, axis=1), atol=1e-9)
    speed = np.abs(turn[:, 0])
    assert 4 <= speed.min() < 4.5 and 14.5 < speed.max() <= 15
    assert 400 < (turn[:, 0] > 0).sum() < 600


def test_grows_and_shrinks_smoothly():
    assert TRACKS.scale.min() >= 1 / 1.3 and TRACKS.scale.max() <= 1.3
    # A sine of the logarithm: the second difference is -4 sin^2(pi / d) times its value.
    log = np.log(TRACKS.scale)
    second = np.diff(log, 2, axis=1)
    factor = -(second * log[:, 1:-1]).sum(axis=1) / (log[:, 1:-1] ** 2).sum(axis=1)
    np.testing.assert_allclose(second, -factor[:, None] * log[:, 1:-1], atol=1e-9)
    period = np.pi / np.arcsin(np.sqrt(factor) / 2)
    assert 10 <= period.min() < 11 and 29 < period.max() <= 30 + 1e-6
    assert (log.max(axis=1) > 0.2).all() and (log.min(axis=1) < -0.2).all()


def test_moves_as_bouncing_digits():
    plain = bouncing_motion(np.random.default_rng(5), 3, 20)
    turned = rotating_scaling_motion(np.random.default_rng(5), 3, 20)
    np.testing.assert_array_equal(turned.positions, plain.positions)
    assert turned.square == "inside" and (turned.opacity == 1).all()
