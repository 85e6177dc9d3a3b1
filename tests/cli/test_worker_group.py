"""Who trains, and what all agree on."""

import json
import types

import keras
import pytest
import tensorflow as tf

from st_keras.cli import worker_group as module
from st_keras.cli.worker_group import AgreedTimeBudget, WorkerGroup, join_workers
from st_keras.cli.worker_lost_error import WorkerLostError
from st_keras.datasets.windows.window_batches import rows_of_shard
from st_keras.validation import error

TWO = {"cluster": {"worker": ["127.0.0.1:1", "127.0.0.1:2"]}}


class SecondOfTwo(WorkerGroup):
    """A worker beside the chief, whose decision it is told."""

    told = 0

    def __init__(self):
        super().__init__()
        self.size, self.index = 2, 1

    def broadcast(self, number):
        return self.told


def test_one_process_is_its_own_chief(capsys):
    workers = WorkerGroup()
    assert (workers.size, workers.index, workers.replicas, workers.is_chief) == (1, 0, 1, True)
    assert workers.strategy_name == "one_device"
    workers.say("hello")
    assert capsys.readouterr().out == "hello\n"
    assert workers.decided_by_chief(lambda: 2) == 2


def test_replicas_of_one_process(two_replicas):
    workers = WorkerGroup(two_replicas)
    assert (workers.size, workers.replicas, workers.strategy_name) == (1, 2, "mirrored")


def test_the_second_worker_is_quiet_and_follows(capsys):
    workers = SecondOfTwo()
    workers.say("hello")
    assert capsys.readouterr().out == ""
    workers.told = 2
    assert workers.decided_by_chief(lambda: pytest.fail("only the chief decides")) == 2
    assert workers.strategy_name == "multi_worker"


class Numbered:
    """A source whose batch b holds 10 b, 10 b + 1, ...; it says what it was asked for."""

    reads_shards = True

    def __init__(self):
        self.asked = []

    def training_dataset(self, batch_size, first_batch=0, shard=None):
        self.asked.append((batch_size, first_batch, shard))
        start, stop = (0, batch_size) if shard is None else rows_of_shard(batch_size, *shard)
        numbers = tf.data.Dataset.range(first_batch, 10**6)
        return numbers.map(lambda b: 10 * b + tf.range(start, stop, dtype="int64"))


def test_one_process_reads_whole_batches(two_replicas):
    for workers in (WorkerGroup(), WorkerGroup(two_replicas)):
        source = Numbered()
        data = workers.training_batches(source, 4, 7)
        assert next(iter(data)).numpy().tolist() == [70, 71, 72, 73]
        assert source.asked == [(4, 7, None)]


@pytest.mark.parametrize("here, expected", [(1, [[72, 73, 74]]), (2, [[72], [73, 74]])])
def test_a_worker_reads_the_rows_of_its_replicas(here, expected, monkeypatch):
    workers = SecondOfTwo()
    monkeypatch.setattr(SecondOfTwo, "replicas", 2 * here)
    workers.strategy = types.SimpleNamespace(distribute_datasets_from_function=lambda f: f(None))
    source = Numbered()
    elements = [x.numpy().tolist() for x in workers.training_batches(source, 5, 7).take(2 * here)]
    assert elements[:here] == expected
    assert elements[here:] == [[number + 10 for number in rows] for rows in expected]
    assert [shard for *_, shard in source.asked] == [(here + k, 2 * here) for k in range(here)]


def test_a_source_without_shards_is_read_whole():
    source = Numbered()
    source.reads_shards = False
    SecondOfTwo().training_batches(source, 4, 0)
    assert source.asked == [(4, 0, None)]


def test_a_refusal_of_the_chief_ends_all():
    def refuse():
        raise error("--out", "a folder", "another", "Choose.")

    with pytest.raises(ValueError, match="--out: received a folder"):
        WorkerGroup().decided_by_chief(refuse)
    workers = SecondOfTwo()
    workers.told = -1
    with pytest.raises(ValueError, match=r"worker 1: received a refusal of the chief.*worker 0 pr"):
        workers.decided_by_chief(refuse)


def test_the_chiefs_number_reaches_all_replicas(two_replicas):
    """The collective itself; several workers are in tests/integration/test_workers.py."""
    workers = WorkerGroup(two_replicas)
    workers.size = 2
    assert [workers.broadcast(number) for number in (0, 3, -1)] == [0, 3, -1]


def test_a_batch_has_a_sample_for_each_replica(two_replicas):
    WorkerGroup(two_replicas).check_batch(2)
    message = r"--batch-size: received 1 on 2 replicas\. Required: at least one .*--batch-size 2"
    with pytest.raises(ValueError, match=message):
        WorkerGroup(two_replicas).check_batch(1)


def test_a_cluster_takes_a_strategy_of_workers(monkeypatch):
    task = {"task": {"type": "worker", "index": 1}}
    monkeypatch.setenv("TF_CONFIG", json.dumps({**TWO, **task}))
    message = r"--strategy: received one_device with a TF_CONFIG of 2 workers\. Required: 'auto'"
    with pytest.raises(ValueError, match=message):
        join_workers("one_device")


def test_determinism_is_asked_for_before_the_strategy(monkeypatch):
    order = []
    monkeypatch.setattr(
        tf.config.experimental, "enable_op_determinism", lambda: order.append("determinism")
    )
    monkeypatch.setattr(module, "make_strategy", lambda name: order.append(name))
    join_workers("one_device", deterministic=True)
    join_workers("auto")
    assert order == ["determinism", "one_device", "auto"]


def test_workers_that_cannot_be_reached(monkeypatch):
    def unreachable(name):
        raise tf.errors.DeadlineExceededError(None, None, "Barrier timed out")

    monkeypatch.setattr(module, "make_strategy", unreachable)
    message = r"--strategy: received no connection to all 1 workers \(Deadline.*Required: every"
    with pytest.raises(WorkerLostError, match=message):
        join_workers("auto")


def test_all_stop_by_the_chiefs_clock():
    workers = SecondOfTwo()
    clock = AgreedTimeBudget(1000, workers)
    clock.set_model(keras.Sequential())
    clock.on_train_begin()
    clock.on_train_batch_end(0)
    assert not clock.stopped
    workers.told = 1
    clock.on_train_batch_end(1)
    assert clock.stopped and clock.model.stop_training
