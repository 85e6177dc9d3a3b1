"""The learning rate of a training of known length, and what is averaged."""

import numpy as np
import pytest

from st_keras.models.nowcaster.nowcast_optimizer import LEARNING_RATE, nowcast_optimizer


def rates(steps, **kwargs):
    """The rate of each update, and that after the last."""
    optimizer = nowcast_optimizer(steps, **kwargs)
    found = []
    for step in range(steps + 1):
        optimizer.iterations.assign(step)
        found.append(float(optimizer.learning_rate))
    return np.array(found)


@pytest.mark.parametrize("steps, warm_up", [(800, 50), (200, 20), (20, 2), (4, 1), (2, 1)])
def test_the_rate_rises_and_falls_along_a_cosine_to_2_percent(steps, warm_up):
    found = rates(steps)
    expected = np.empty(steps + 1)
    expected[: warm_up + 1] = np.linspace(0.05, 1, warm_up + 1)
    share = np.arange(steps - warm_up + 1) / (steps - warm_up)
    expected[warm_up:] = 0.02 + 0.98 * (1 + np.cos(np.pi * share)) / 2
    np.testing.assert_allclose(found, LEARNING_RATE * expected, rtol=1e-4)


def test_a_training_of_one_update_has_a_rate():
    assert 0 < rates(1)[0] <= LEARNING_RATE


def test_numbers_that_are_given_and_the_rate_that_stays():
    assert rates(10, learning_rate=0.5)[-1] == pytest.approx(0.01)
    optimizer = nowcast_optimizer(learning_rate=0.25, weight_decay=0.125)
    optimizer.iterations.assign(10_000)
    assert float(optimizer.learning_rate) == 0.25 and optimizer.weight_decay == 0.125
    assert (optimizer.use_ema, optimizer.ema_momentum, optimizer.global_clipnorm) == (
        True, 0.995, 1.0,
    )  # fmt: skip
