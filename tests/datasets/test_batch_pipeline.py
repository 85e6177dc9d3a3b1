import gc
import os
import threading
import time

import numpy as np
import pytest
import tensorflow as tf

from st_keras.datasets.batch_pipeline import batch_pipeline, epoch_order
from tests.fresh_process import run_python


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


class SlowReads:
    """A reader that takes longer for some batches, and tells how many it was asked for at once."""

    def __init__(self, fails_at=None):
        self.lock, self.reading, self.most, self.asked = threading.Lock(), 0, 0, []
        self.fails_at = fails_at

    def __call__(self, epoch, batch):
        with self.lock:
            self.reading += 1
            self.most = max(self.most, self.reading)
            self.asked.append(batch)
        time.sleep(0.01 + 0.02 * (batch % 3 == 0))
        with self.lock:
            self.reading -= 1
        if batch == self.fails_at:
            raise OSError(f"chunk {batch} cannot be decoded")
        return numbered(epoch, batch)


@pytest.mark.parametrize("parallel", [2, 5])
def test_parallel_reads_keep_the_order_and_the_epochs(parallel):
    read = SlowReads()
    data = batch_pipeline(read, (2,), 9, num_parallel_reads=parallel)
    assert len(data) == 9
    for epoch in range(3):
        assert [int(x[0]) for x in data] == [100 * epoch + b for b in range(9)]
    assert read.most <= parallel


def test_more_are_read_at_once_than_there_are_cores():
    together = 2 * os.cpu_count() + 1
    all_there = threading.Barrier(together, timeout=60)

    def read(epoch, batch):
        all_there.wait()
        return numbered(epoch, batch)

    data = batch_pipeline(read, (2,), together, num_parallel_reads=together)
    assert [int(x[0]) for x in data] == list(range(together))


def test_parallel_reads_go_on_at_any_batch():
    data = batch_pipeline(SlowReads(), (2,), None, 4711, num_parallel_reads=3)
    assert [int(x[0]) for x in data.take(5)] == list(range(4711, 4716))
    assert data.cardinality() == tf.data.INFINITE_CARDINALITY


@pytest.mark.parametrize("parallel, prefetch, ahead", [(4, True, 6), (4, False, 4), (1, True, 3)])
def test_no_more_batches_are_read_ahead_than_stated(parallel, prefetch, ahead):
    read = SlowReads()
    data = batch_pipeline(read, (2,), None, 0, prefetch, num_parallel_reads=parallel)
    batches = iter(data)
    for drawn in range(1, 4):
        next(batches)
        time.sleep(0.3)
        assert drawn < len(read.asked) <= drawn + ahead


@pytest.mark.parametrize("parallel", [1, 4])
def test_what_a_reader_raises_comes_in_its_place(parallel):
    data = batch_pipeline(SlowReads(fails_at=3), (2,), 9, num_parallel_reads=parallel)
    seen = []
    with pytest.raises(tf.errors.UnknownError, match=r"OSError: chunk 3 cannot be decoded"):
        seen.extend(int(batch[0]) for batch in data)
    assert seen == [0, 1, 2]


def test_no_thread_and_no_file_stays_behind(tmp_path):
    path = tmp_path / "frames.bin"
    path.write_bytes(bytes(8))

    def read(epoch, batch):
        with path.open("rb") as file:
            return np.frombuffer(file.read(), "float32")

    def held():
        gc.collect()
        return len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd"))

    data = batch_pipeline(read, (2,), 6, num_parallel_reads=4)
    counts = []
    for _ in range(12):
        assert len(list(data)) == 6
        batches = iter(data)
        next(batches)  # and is left alone with what it has read ahead
        del batches
        counts.append(held())
    deadline = time.monotonic() + 20  # threads end a little after their iterator
    while held()[0] > counts[1][0] + 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert held()[0] <= counts[1][0] + 2 and held()[1] <= counts[1][1]


DETERMINED = """
import tensorflow as tf, time, numpy as np, threading
tf.config.experimental.enable_op_determinism()
from st_keras.datasets.batch_pipeline import batch_pipeline
both = threading.Barrier(2, timeout=10)
def read(epoch, batch):
    if batch < 8:
        both.wait()
    return np.full((2,), batch, "float32")
data = batch_pipeline(read, (2,), num_parallel_reads=2)
print([int(batch[0]) for batch in data.take(8)])
"""


def test_reads_are_parallel_where_tensorflow_is_deterministic():
    assert run_python(DETERMINED) == "[0, 1, 2, 3, 4, 5, 6, 7]\n"
