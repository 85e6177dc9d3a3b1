"""Batches of an array of any leading axes."""

import numpy as np
import pytest

from st_keras.models.slowvae.batched_run import run_in_batches


@pytest.mark.parametrize("batch_size", [1, 4, 5, 100])
def test_batches_cover_everything_once(batch_size):
    sizes = []

    def graph(batch):
        sizes.append(len(batch))
        return batch.sum(axis=1)

    array = np.arange(30.0).reshape(2, 5, 3)
    result = run_in_batches(graph, array, (3,), (), batch_size)
    np.testing.assert_array_equal(result, array.sum(axis=2))
    assert result.dtype == np.float32
    assert sum(sizes) == 10 and max(sizes) <= batch_size


def test_a_single_item_and_none():
    assert run_in_batches(lambda x: 2 * x, np.ones(3), (3,), (3,), 4).tolist() == [2, 2, 2]
    assert run_in_batches(lambda x: x, np.ones((0, 3)), (3,), (3,), 4).shape == (0, 3)
