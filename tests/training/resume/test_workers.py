"""Which process writes where, and which state they go on from."""

import json
import pathlib

import pytest
import tensorflow as tf

from st_keras.training.resume.workers import (
    all_worker_folders,
    common_newest,
    newest_of_all,
    spans_processes,
    worker_folder,
)

ONE = tf.distribute.get_strategy()


def test_one_process_writes_into_the_folder(two_replicas):
    for strategy in (ONE, two_replicas):
        assert worker_folder("states", strategy) == pathlib.Path("states")
        assert not spans_processes(strategy)


@pytest.mark.parametrize(
    ("cluster", "task", "name"),
    [
        ({"worker": ["a:1", "b:1"]}, {"type": "worker", "index": 1}, "worker-1"),
        ({"worker": ["a:1"], "chief": ["b:1"]}, {"type": "chief", "index": 0}, "chief-0"),
        ({"worker": ["a:1"]}, {"type": "worker", "index": 0}, ""),
    ],
)
def test_processes_have_folders_of_their_own(cluster, task, name, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": cluster, "task": task}))
    own = worker_folder("states", ONE)
    assert own == pathlib.Path("states", name)
    folders = all_worker_folders("states", ONE)
    assert own in folders
    assert len(folders) == sum(len(tasks) for tasks in cluster.values())


@pytest.mark.parametrize(
    ("rows", "newest"),
    [
        ([set(), set()], (None, True)),
        ([{10, 20}, {10, 20}], (20, True)),
        ([{10, 20, 30}, {10, 20}], (20, False)),
        ([{20, 30}, {10, 20}], (20, False)),
        ([{1}, {1}], (1, True)),
        ([{1}, set()], (None, False)),
    ],
)
def test_the_newest_that_all_have(rows, newest):
    assert common_newest(rows) == newest


@pytest.mark.parametrize("rows", [[{20}, set()], [{20, 30}, {10}], [{1, 20}, {10}]])
def test_refuses_states_without_a_common_one(rows):
    with pytest.raises(
        ValueError, match=r"worker by worker: \[(0, )?10.*Required: one that every worker"
    ):
        common_newest(rows)


def test_replicas_gather(two_replicas):
    assert newest_of_all([4, 9], two_replicas, most=3) == (9, True)
    assert newest_of_all([], two_replicas, most=3) == (None, True)
