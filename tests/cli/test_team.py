"""Who trains, and what all agree on."""

import json

import keras
import pytest
import tensorflow as tf

from st_keras.cli import team as module
from st_keras.cli.team import AgreedTimeBudget, Team, open_team
from st_keras.cli.worker_lost_error import WorkerLostError
from st_keras.validation import error

TWO = {"cluster": {"worker": ["127.0.0.1:1", "127.0.0.1:2"]}}


class SecondOfTwo(Team):
    """A worker beside the chief, whose decision it is told."""

    told = 0

    def __init__(self):
        super().__init__()
        self.size, self.index = 2, 1

    def shared(self, number):
        return self.told


def test_one_process_is_its_own_chief(capsys):
    team = Team()
    assert (team.size, team.index, team.replicas, team.is_chief) == (1, 0, 1, True)
    assert team.strategy_name == "one_device"
    team.say("hello")
    assert capsys.readouterr().out == "hello\n"
    assert team.decided(lambda: 2) == 2


def test_replicas_of_one_process(two_replicas):
    team = Team(two_replicas)
    assert (team.size, team.replicas, team.strategy_name) == (1, 2, "mirrored")


def test_the_second_worker_is_quiet_and_follows(capsys):
    team = SecondOfTwo()
    team.say("hello")
    assert capsys.readouterr().out == ""
    team.told = 2
    assert team.decided(lambda: pytest.fail("only the chief decides")) == 2
    assert team.strategy_name == "multi_worker"


def test_a_refusal_of_the_chief_ends_all():
    def refuse():
        raise error("--out", "a folder", "another", "Choose.")

    with pytest.raises(ValueError, match="--out: received a folder"):
        Team().decided(refuse)
    team = SecondOfTwo()
    team.told = -1
    with pytest.raises(ValueError, match=r"worker 1: received a refusal of the chief.*worker 0 pr"):
        team.decided(refuse)


def test_the_chiefs_number_reaches_all_replicas(two_replicas):
    """The collective itself; several workers are in tests/integration/test_workers.py."""
    team = Team(two_replicas)
    team.size = 2
    assert [team.shared(number) for number in (0, 3, -1)] == [0, 3, -1]


def test_a_batch_has_a_sample_for_each_replica(two_replicas):
    Team(two_replicas).check_batch(2)
    message = r"--batch-size: received 1 on 2 replicas\. Required: at least one .*--batch-size 2"
    with pytest.raises(ValueError, match=message):
        Team(two_replicas).check_batch(1)


def test_a_cluster_takes_a_strategy_of_workers(monkeypatch):
    task = {"task": {"type": "worker", "index": 1}}
    monkeypatch.setenv("TF_CONFIG", json.dumps({**TWO, **task}))
    message = r"--strategy: received one_device with a TF_CONFIG of 2 workers\. Required: 'auto'"
    with pytest.raises(ValueError, match=message):
        open_team("one_device")


def test_determinism_is_asked_for_before_the_strategy(monkeypatch):
    order = []
    monkeypatch.setattr(
        tf.config.experimental, "enable_op_determinism", lambda: order.append("determinism")
    )
    monkeypatch.setattr(module, "make_strategy", lambda name: order.append(name))
    open_team("one_device", deterministic=True)
    open_team("auto")
    assert order == ["determinism", "one_device", "auto"]


def test_workers_that_cannot_be_reached(monkeypatch):
    def unreachable(name):
        raise tf.errors.DeadlineExceededError(None, None, "Barrier timed out")

    monkeypatch.setattr(module, "make_strategy", unreachable)
    message = r"--strategy: received no connection to all 1 workers \(Deadline.*Required: every"
    with pytest.raises(WorkerLostError, match=message):
        open_team("auto")


def test_all_stop_by_the_chiefs_clock():
    team = SecondOfTwo()
    clock = AgreedTimeBudget(1000, team)
    clock.set_model(keras.Sequential())
    clock.on_train_begin()
    clock.on_train_batch_end(0)
    assert not clock.stopped
    team.told = 1
    clock.on_train_batch_end(1)
    assert clock.stopped and clock.model.stop_training
