import json

import pytest
import tensorflow as tf

from st_keras.training import make_strategy
from st_keras.training.strategies import num_workers, worker_index

ADDRESSES = ["127.0.0.1:1", "127.0.0.1:2"]


def set_workers(monkeypatch, workers=ADDRESSES, task=("worker", 0), **cluster):
    configuration = {
        "cluster": {**({"worker": workers} if workers else {}), **cluster},
        "task": {"type": task[0], "index": task[1]},
    }
    monkeypatch.setenv("TF_CONFIG", json.dumps(configuration))


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)


class Made:
    """Stands for a strategy, and notes what it was asked for."""

    def __init__(self, *arguments):
        self.arguments = arguments


@pytest.fixture
def made(monkeypatch):
    """No collective is set up, and these GPUs are there."""
    monkeypatch.setattr(tf.distribute, "MirroredStrategy", Made)
    monkeypatch.setattr(tf.distribute, "MultiWorkerMirroredStrategy", Made)

    def with_gpus(count):
        devices = {"GPU": count, "CPU": 2}
        monkeypatch.setattr(
            tf.config,
            "list_logical_devices",
            lambda kind: [
                tf.config.LogicalDevice(f"/device:{kind}:{i}", kind) for i in range(devices[kind])
            ],
        )

    with_gpus(0)
    return with_gpus


def test_one_device_is_the_default_without_gpus_and_workers(made):
    for name in ("auto", "one_device"):
        assert make_strategy(name) is tf.distribute.get_strategy()


def test_auto_takes_several_gpus(made):
    made(1)
    assert make_strategy() is tf.distribute.get_strategy()
    made(2)
    assert make_strategy().arguments == (["/device:GPU:0", "/device:GPU:1"],)
    assert make_strategy("one_device") is tf.distribute.get_strategy()


def test_mirrored_takes_the_gpus_and_else_the_logical_cpus(made):
    assert make_strategy("mirrored").arguments == (["/device:CPU:0", "/device:CPU:1"],)
    made(3)
    assert len(make_strategy("mirrored").arguments[0]) == 3


def test_auto_takes_the_workers_before_anything_asks_for_devices(made, monkeypatch):
    set_workers(monkeypatch)
    monkeypatch.delattr(tf.config, "list_logical_devices")
    assert make_strategy().arguments == ()
    assert make_strategy("multi_worker").arguments == ()


@pytest.mark.parametrize(
    "task, cluster, index",
    [
        (("worker", 1), {}, 1),
        (("chief", 0), {"chief": ["127.0.0.1:3"]}, 0),
        (("worker", 1), {"chief": ["127.0.0.1:3"]}, 2),
    ],
)
def test_which_worker_this_is(monkeypatch, task, cluster, index):
    set_workers(monkeypatch, task=task, **cluster)
    assert worker_index() == index
    assert num_workers() == 2 + len(cluster)


def test_a_run_of_one_process():
    assert (worker_index(), num_workers()) == (0, 1)


def test_refusals(made, monkeypatch):
    with pytest.raises(ValueError, match=r"make_strategy: received name='tpu'\. Required: one of"):
        make_strategy("tpu")
    with pytest.raises(ValueError, match="'multi_worker' without the environment variable"):
        make_strategy("multi_worker")
    made(1)
    with pytest.raises(ValueError, match=r"'mirrored' on a machine with 1 GPUs\. Required: two"):
        make_strategy("mirrored")
    set_workers(monkeypatch, task=("worker", 2))
    with pytest.raises(ValueError, match=r"received task 2 of 2 workers\. Required: a task of"):
        make_strategy()
    not_a_number = '{"cluster": {"worker": ["a"]}, "task": {"type": "worker", "index": "x"}}'
    for text in (not_a_number, "{", "[]", '{"cluster": {"worker": ["a"]}}', '{"cluster": ["a"]}'):
        monkeypatch.setenv("TF_CONFIG", text)
        with pytest.raises(ValueError, match=r"received TF_CONFIG='.*Set it like TF_CONFIG="):
            make_strategy()
