"""Runs as tasks of Ray, on a local cluster of two nodes' worth of processes."""

import json
import os
import sys
import threading
import time

import pytest

from st_keras.cli.benchmark import ray_tasks
from st_keras.cli.benchmark.progress import Progress
from st_keras.cli.benchmark.run_state import read_state
from st_keras.cli.benchmark.suite import read_suite
from tests.cli.benchmark.conftest import SUITE, TINY
from tests.refusals import refused

BENCHMARK = ("benchmark", "suite.yaml", "--engine", "ray")


class FakeRay:
    """What is used of Ray, in this process: a task is carried out when it is waited for."""

    class exceptions:  # noqa: N801  (as Ray calls it)
        RayError = RuntimeError

    def __init__(self, cpus=4.0):
        self.cpus, self.told, self.cancelled = cpus, [], []
        self.shut = 0

    def is_initialized(self):
        return False

    def init(self, **keywords):
        self.told.append(keywords)
        if keywords["address"] == "nowhere":
            raise ConnectionError("could not find any running Ray instance")

    def shutdown(self):
        self.shut += 1

    def nodes(self):
        return [{"Alive": True, "Resources": {"CPU": self.cpus}}, {"Alive": False, "Resources": {}}]

    def remote(self, **resources):
        self.told.append(resources)
        fake = self

        def decorate(function):
            class Task:
                @staticmethod
                def remote(*arguments):
                    return FakeReference(fake, function, arguments)

            return Task

        return decorate

    def wait(self, references, num_returns, timeout):
        return references[:num_returns], references[num_returns:]

    def get(self, reference):
        return reference.function(*reference.arguments)

    def cancel(self, reference):
        self.cancelled.append(reference)


class FakeReference:
    """A task that was submitted."""

    def __init__(self, ray, function, arguments):
        self.ray, self.function, self.arguments = ray, function, arguments


@pytest.fixture
def fake(monkeypatch):
    """Have a Ray that is none."""
    ray = FakeRay()
    monkeypatch.setattr(ray_tasks, "require_ray", lambda: ray)
    return ray


def test_each_run_is_a_task_with_its_cores_and_gpus(suite, stand_in, fake):
    progress = Progress(4)
    ray_tasks.run_on_ray(list(suite.runs), None, 3, 0, None, progress)
    assert fake.told[0]["address"] == "local"
    assert fake.told[1] == {"num_cpus": 3, "num_gpus": 0}
    assert {outcome.status for outcome in progress.outcomes.values()} == {"finished"}
    assert set(progress.outcomes) == set(suite.runs) and fake.shut == 1


def test_a_task_that_is_lost_is_a_failure_and_the_others_go_on(suite, stand_in, fake, monkeypatch):
    get = fake.get

    def lose_first(reference):
        if reference.arguments[0] == suite.runs[0]:
            raise RuntimeError("\nThe node died.")
        return get(reference)

    monkeypatch.setattr(fake, "get", lose_first)
    progress = Progress(4)
    ray_tasks.run_on_ray(list(suite.runs), "auto", 1, 0, 2, progress)
    assert fake.told[0]["address"] == "auto"
    assert progress.outcomes[suite.runs[0]].message == "its task of Ray was lost: The node died."
    assert progress.outcomes[suite.runs[3]].status == "finished"


def test_ctrl_c_asks_the_tasks_to_end(suite, fake, monkeypatch):
    waits = []

    def wait(references, num_returns, timeout):
        waits.append(timeout)
        if timeout is not None:
            raise KeyboardInterrupt
        return references, []

    monkeypatch.setattr(fake, "wait", wait)
    with pytest.raises(KeyboardInterrupt):
        ray_tasks.run_on_ray(list(suite.runs), None, 1, 0, 3, Progress(4))
    assert len(fake.cancelled) == 3 and waits[-1] is None and fake.shut == 1


@pytest.mark.parametrize(
    ("address", "cores", "gpus", "match"),
    [
        ("nowhere", 1, 0, r"--address: received nowhere, where no cluster answers \(could not"),
        (None, 5, 0, r"--engine ray: received runs of 5 cores and 0 GPUs, on nodes .* 4/0"),
        (None, 1, 1, "received runs of 1 cores and 1 GPUs"),
    ],
)
def test_what_no_cluster_has(address, cores, gpus, match, suite, fake):
    progress = Progress(4)
    refused(match, ray_tasks.run_on_ray, suite.runs, address, cores, gpus, None, progress)
    assert not progress.outcomes


@pytest.fixture
def cluster(monkeypatch, in_folder):
    """A cluster of two nodes, each with two cores, as processes of this machine."""
    pytest.importorskip("ray", reason="needs Ray: pip install 'st_keras[ray]'")
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 2})
    nodes.second = nodes.add_node(num_cpus=2)
    nodes.wait_for_nodes()
    yield nodes
    nodes.shutdown()


def write_suite(in_folder, train, seeds):
    text = SUITE.replace("steps: 5, batch: 4", train).replace("sequences: 8", "sequences: 2")
    text = text.replace("  wide: {family: predrnn, filters: [8, 8]}\n", "").replace("[0, 1]", seeds)
    (in_folder / "suite.yaml").write_text(text)
    return read_suite("suite.yaml")


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")  # of Ray's own code
def test_on_two_nodes(cluster, run, in_folder):
    suite = write_suite(in_folder, TINY, "[0, 1, 2]")
    # As large as a node: two at once are on two nodes.
    status, out, err = run(*BENCHMARK, "--address", cluster.address, "--cores", 2)
    assert status == 0, out + err
    assert "running 2" in out and "running 3" not in out
    assert "done 3, running 0, failed 0, left 0" in out
    assert [read_state(each)["status"] for each in suite.runs] == ["finished"] * 3
    assert (in_folder / "suite" / "report.md").is_file()


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
def test_a_run_whose_node_is_lost_goes_on_elsewhere(cluster, run, in_folder):
    tiny = TINY.replace("steps: 2", "steps: 300, resume-every: 5")
    suite = write_suite(in_folder, tiny, "[0, 1]")

    def lose_a_node():
        states = [each.training / "resume" for each in suite.runs]
        deadline = time.monotonic() + 200
        while not all(folder.is_dir() and any(folder.iterdir()) for folder in states):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        cluster.remove_node(cluster.second, allow_graceful=False)

    thread = threading.Thread(target=lose_a_node)
    thread.start()
    status, out, err = run(*BENCHMARK, "--address", cluster.address, "--cores", 2)
    thread.join()
    assert status == 0, out + err
    attempts = [read_state(each)["attempts"] for each in suite.runs]
    assert sorted(attempts) == [1, 2]
    again = suite.runs[attempts.index(2)]
    record = json.loads((again.training / "run.json").read_text())
    assert record["resumed_after"][0] >= 5
