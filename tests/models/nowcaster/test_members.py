"""What members are made of, against plain NumPy."""

import numpy as np
import pytest
from keras import ops

from st_keras.models.nowcaster import members


@pytest.mark.parametrize("steps", [1, 4])
def test_noise_follows_the_autoregressive_process(steps):
    rng = np.random.default_rng(0)
    f1, f2, first = np.float32([0.9, 1.2]), np.float32([-0.1, -0.4]), np.float32([0.8, 0.85])
    noise = rng.normal(size=(2, 3, steps, 4, 5)).astype("float32")
    shape = (2, 1, 1, 1)
    one, two = f1.reshape(shape), f2.reshape(shape)
    scale = np.sqrt(1 - first**2).reshape(shape)
    now = before = np.zeros((2, 3, 4, 5))
    expected = []
    for lead in range(steps):
        now, before = one * now + two * before + scale * noise[:, :, lead], now
        expected.append(now)
    weights = [f1, f1**2 + f2, f1**3 + 2 * f1 * f2]  # what is left of 1 after 1, 2 and 3 steps
    found = members._continued(noise, ops.stack(weights, axis=1), first, steps)
    np.testing.assert_allclose(found, np.stack(expected, axis=2), atol=1e-5)
