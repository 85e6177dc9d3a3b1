import keras
import numpy as np

from st_keras.cells.initializers import (
    PUBLISHED_INITIALIZER,
    fresh_initializer,
    uniform_initializer,
)


def test_pytorchs_start():
    for start, shape, fan_in in (
        (PUBLISHED_INITIALIZER, (3, 3, 4, 64), 36),
        (uniform_initializer(36), (2000,), 36),
    ):
        values = np.asarray(fresh_initializer(start)(shape))
        limit = 1 / np.sqrt(fan_in)
        assert 0.95 * limit < np.abs(values).max() <= limit
        assert abs(values.mean()) < 0.1 * limit


def test_copies_draw_anew_and_names_stay():
    initializer = keras.initializers.GlorotUniform()
    first, second = (np.asarray(fresh_initializer(initializer)((3, 3))) for _ in range(2))
    assert not np.array_equal(first, second)
    assert fresh_initializer("zeros") == "zeros"
