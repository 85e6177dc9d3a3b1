import keras
import numpy as np
import pytest

from st_keras.models.parts_of_weights import PartsOfWeights


def numbered(*shape):
    return keras.Variable(np.arange(np.prod(shape), dtype="float32").reshape(shape))


def test_reads_and_writes_its_parts_alone():
    one, two = numbered(2, 3), numbered(2, 4)
    weight = PartsOfWeights([(one, np.s_[:, 1:]), (two, np.s_[:, :1])])
    assert weight.shape == (2, 3) and weight.variables == [one, two]
    np.testing.assert_array_equal(weight, [[1, 2, 0], [4, 5, 4]])
    weight.assign(-np.ones((2, 3)))
    np.testing.assert_array_equal(one, [[0, -1, -1], [3, -1, -1]])
    np.testing.assert_array_equal(two, [[-1, 1, 2, 3], [-1, 5, 6, 7]])
    np.testing.assert_array_equal(weight.of([np.eye(2, 3), np.eye(2, 4)]), [[0, 0, 1], [1, 0, 0]])


def test_a_shape_of_its_own():
    variable = numbered(2, 3, 4)
    weight = PartsOfWeights([(variable, np.s_[1])], lambda shape: (1, 1, *shape))
    assert weight.shape == (1, 1, 3, 4)
    weight.assign(np.zeros((1, 1, 3, 4)))
    assert not np.any(variable[1]) and np.any(variable[0])
    with pytest.raises(ValueError):
        weight.assign(np.zeros((3, 3)))
