"""The rows of a batch that a worker reads: all of them once, in order, and no other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from st_keras.datasets import SequenceDataset
from st_keras.datasets.windows.window_batches import rows_of_shard, window_batches
from tests.datasets.lazy_sources import Lazy
from tests.refusals import refused

FRAMES = np.random.default_rng(0).random((2, 12, 6, 5), "float32")


@settings(deadline=None)
@given(rows=st.integers(0, 50), count=st.integers(1, 12))
def test_shards_are_the_whole_in_order_and_even(rows, count):
    spans = [rows_of_shard(rows, index, count) for index in range(count)]
    assert [row for span in spans for row in range(*span)] == list(range(rows))
    sizes = [stop - start for start, stop in spans]
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("repeat", [False, True])
@pytest.mark.parametrize("shuffle", [False, True])
def test_shards_together_are_the_global_batches(shuffle, repeat, count):
    data = SequenceDataset.from_arrays(FRAMES, 2, 2)
    given_ = {"batch_size": 5, "shuffle": shuffle, "seed": 3, "repeat": repeat}
    whole = [batch.numpy() for batch in data.as_dataset(**given_).take(7)]
    shards = [
        [batch.numpy() for batch in data.as_dataset(**given_, shard=(index, count)).take(7)]
        for index in range(count)
    ]
    assert len(whole) == (7 if repeat else 4)
    for batch, *parts in zip(whole, *shards, strict=True):
        np.testing.assert_array_equal(np.concatenate(parts), batch)
    if repeat:
        later = data.as_dataset(**given_, first_batch=4, shard=(0, count), num_parallel_reads=2)
        for batch, expected in zip(later.take(3), shards[0][4:], strict=True):
            np.testing.assert_array_equal(batch, expected)


def test_a_shard_reads_no_window_of_others():
    asked = []

    def read(numbers):
        asked.extend(numbers.tolist())
        return np.zeros((len(numbers), 1), "float32")

    data = window_batches("test", read, 40, (1,), 10, shard=(1, 4))
    assert sum(len(batch) for batch in data) == len(asked) == 12
    assert asked == [2, 3, 4, 12, 13, 14, 22, 23, 24, 32, 33, 34]


def test_element_spec_says_the_rows_of_a_shard():
    data = SequenceDataset.from_arrays(FRAMES, 2, 2)
    shapes = [
        data.as_dataset(5, repeat=True, shard=(index, 2)).element_spec.shape for index in (0, 1)
    ]
    assert shapes == [(2, 4, 6, 5, 1), (3, 4, 6, 5, 1)]
    assert data.as_dataset(5, shard=(0, 2)).element_spec.shape[0] is None


def test_parallel_reads_of_a_lazy_array_equal_one_thread():
    one, several = (
        SequenceDataset.from_arrays(Lazy(FRAMES), 2, 2).as_dataset(
            4, shuffle=True, seed=1, num_parallel_reads=parallel
        )
        for parallel in (1, 4)
    )
    for _ in range(2):
        for a, b in zip(one, several, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"shard": (2, 2)}, r"as_dataset: received shard=\(2, 2\)\. .*index < count.*leave it out"),
        ({"shard": 3}, r"received shard=3"),
        ({"shard": (0.5, 2)}, r"received shard=\(0\.5, 2\)"),
        ({"shard": (0, 5)}, r"batch_size=4 for 5 shards\. .*Pass batch_size=5 or more"),
        ({"num_parallel_reads": 0}, r"num_parallel_reads=0"),
        ({"first_batch": 1}, r"first_batch=1 with repeat=False.*dataset\.skip"),
    ],
)
def test_refusals(arguments, message):
    data = SequenceDataset.from_arrays(FRAMES, 2, 2)
    refused(message, data.as_dataset, 4, **arguments)
