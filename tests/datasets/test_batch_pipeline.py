import numpy as np
import pytest
import tensorflow as tf

from st_keras.datasets.batch_pipeline import batch_pipeline, epoch_order


def numbered(epoch, batch):
    return np.full((2,), 100 * epoch + batch, "float32")


def test_length_shape_and_epoch_count():
    data = batch_pipeline(numbered, (2,), num_batches=3)
    assert len(data) == 3
    assert data.element_spec == tf.TensorSpec((2,), tf.float32)
    for epoch in range(3):
        assert [int(x[0]) for x in data] == [100 * epoch + b for b in range(3)]


def test_iterators_side_by_side_keep_their_epochs():
    data = batch_pipeline(numbered, (2,), num_batches=3, prefetch=False)
    first, second = iter(data), iter(data)
    seen = [int(next(it)[0]) for it in (first, second, first, second, first, second)]
    assert seen == [0, 100, 1, 101, 2, 102]


def test_endless_starts_anywhere_and_says_that_it_is_endless():
    data = batch_pipeline(numbered, (2,), first_batch=10**9)
    assert data.cardinality() == tf.data.INFINITE_CARDINALITY
    calls = []
    data = batch_pipeline(lambda e, b: calls.append(b) or numbered(e, b), (2,), None, 7, False)
    assert [int(x[0]) for x in data.take(2)] == [7, 8]
    assert calls == [7, 8]


def test_works_under_a_strategy_with_a_partial_batch():
    def read(epoch, batch):
        return np.arange(4 * batch, min(4 * batch + 4, 10), dtype="float32")

    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    data = strategy.experimental_distribute_dataset(batch_pipeline(read, (None,), 3))
    assert np.concatenate([x.numpy() for x in data]).tolist() == list(range(10))


def test_epoch_order_is_a_permutation_of_seed_and_epoch():
    orders = {(s, e): tuple(epoch_order(50, s, e)) for s in (0, 1) for e in (0, 1)}
    assert all(sorted(order) == list(range(50)) for order in orders.values())
    assert len(set(orders.values())) == 4
    # The numbers themselves are a promise: resumed runs rely on them.
    assert epoch_order(6, 3, 2).tolist() == np.random.default_rng((3, 2)).permutation(6).tolist()
    with pytest.raises(ValueError, match="read-only"):
        epoch_order(6, 3, 2)[0] = 1
