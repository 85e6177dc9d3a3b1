"""Two workers on this machine: the weights of one, a worker that is killed, and going on."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from st_keras.cli.launch.local_cluster import local_cluster
from tests.cli.conftest import weights_of
from tests.fresh_process import REPOSITORY

STATUS_OF_LOSS = 3
PATIENCE = 240  # seconds, on a busy machine
TRAIN = (
    *("train", "predrnn", "--data", "digits", "--context-length", "2", "--horizon", "1"),
    *("--filters", "4", "--kernel-size", "3", "--patch-size", "16", "--batch-size", "4"),
    *("--steps", "9", "--resume-every", "1", "--deterministic"),
)


def start(*arguments, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "st_keras.cli.main", *map(str, arguments)],
        cwd=REPOSITORY,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process):
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def greatest_difference(path, other):
    return max(
        float(np.abs(one.astype("float64") - two).max())
        for one, two in zip(weights_of(path), weights_of(other), strict=True)
        if one.size
    )


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """The run of two workers that `launch` started, and what they printed."""
    out = tmp_path_factory.mktemp("workers") / "run"
    status, text, err = ended(start("launch", "--workers", 2, "--", *TRAIN, "--out", out))
    assert status == 0, err[-3000:]
    return out, text


def test_two_workers_train_what_one_does(uninterrupted, run, tmp_path):
    together, text = uninterrupted
    alone = [argument for argument in TRAIN if argument != "--deterministic"]
    assert run(*alone, "--out", tmp_path / "alone")[0] == 0
    difference = greatest_difference(tmp_path / "alone" / "model.keras", together / "model.keras")
    print(f"two workers and one: weights differ by at most {difference:.1e}")
    assert difference < 1e-5

    record = json.loads((together / "run.json").read_text())
    assert (record["workers"], record["replicas"]) == (2, 2)
    assert (record["strategy"], record["status"]) == ("multi_worker", "finished")
    assert "2 replicas on 2 worker(s)" in text
    # The second worker is quiet, and its states are gone with those of the first.
    assert text.count("Epoch 2/") == text.count("Written:") == 1
    assert "[worker 1]" not in text
    assert not (together / "resume").exists()


def test_two_workers_that_read_their_rows_train_what_one_does(run, tmp_path):
    """An archive, of whose batches of 5 one worker reads 2 rows and the other 3."""
    frames = np.random.default_rng(0).random((3, 12, 16, 16, 1), "float32")
    np.save(tmp_path / "frames.npy", frames)
    train = [*TRAIN[:-1], "--steps", "4", "--batch-size", "5", "--data", tmp_path / "frames.npy"]
    launch = start("launch", "--workers", 2, "--", *train, "--out", tmp_path / "together")
    status, _, err = ended(launch)
    assert status == 0, err[-3000:]
    assert "auto_shard" not in err.lower()
    assert run(*train, "--out", tmp_path / "alone")[0] == 0
    alone, together = (
        json.loads((tmp_path / name / "run.json").read_text())["history"]
        for name in ("alone", "together")
    )
    # Of each batch, and of the validation after it: other rows would change the second digit.
    assert len(alone["loss"]) == 4
    for name, losses in alone.items():
        np.testing.assert_allclose(together[name], losses, rtol=1e-6)


@pytest.mark.long
def test_workers_leave_together(tmp_path):
    """The chief takes longer to write than TensorFlow waits for a sign of life (ten seconds)."""
    slow = (
        "import sys, time\n"
        "from st_keras.cli.main import main\n"
        "from st_keras.cli.run_folder import RunFolder\n"
        "from st_keras.training.strategies import worker_index\n"
        "report = RunFolder.report\n"
        "def slow_report(self):\n"
        "    time.sleep(0 if worker_index() else 30)\n"
        "    return report(self)\n"
        "RunFolder.report = slow_report\n"
        "sys.exit(main())\n"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", slow, *TRAIN, "--out", tmp_path / "run"],
            cwd=REPOSITORY,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "0", "TF_CONFIG": config},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for config in local_cluster(2)
    ]
    for status, _, err in map(ended, both):
        assert status == 0, err[-3000:]
        assert not [line for line in err.splitlines() if "unhealthy" in line or "Abort" in line]


@pytest.mark.long
def test_batch_normalisation_sees_the_samples_of_both_workers(run, tmp_path):
    train = (
        *("train", "modernn", "--data", "digits", "--context-length", "2", "--horizon", "1"),
        *("--filters", "4,4", "--num-slots", "2", "--patch-size", "16", "--batch-size", "4"),
        *("--steps", "6"),
    )
    launch = start("launch", "--workers", 2, "--", *train, "--out", tmp_path / "together")
    status, _, err = ended(launch)
    assert status == 0, err[-3000:]
    assert run(*train, "--out", tmp_path / "alone")[0] == 0
    # Biases before a batch normalisation have no gradient but rounding, which Adam makes steps of:
    # they differ, and the moving means with them. One process normalises in one operation of the
    # library, two exchange sums: what rounds differently is 3e-5 of the loss at most here.
    alone, together = (
        json.loads((tmp_path / name / "run.json").read_text())["history"]
        for name in ("alone", "together")
    )
    for name, losses in alone.items():
        np.testing.assert_allclose(together[name], losses, rtol=1e-4)


@pytest.mark.long
def test_a_killed_worker_and_going_on(uninterrupted, tmp_path):
    whole, _ = uninterrupted
    out = tmp_path / "run"
    both = [start(*TRAIN, "--out", out, "--resume", TF_CONFIG=c) for c in local_cluster(2)]
    try:
        await_state(out / "resume" / "worker-1", both)
        both[1].send_signal(signal.SIGKILL)
        begin = time.monotonic()
        status, _, err = ended(both[0])
        seconds = time.monotonic() - begin
    finally:
        for process in both:
            process.kill()
            process.communicate()
    print(f"the chief ended {seconds:.1f} s after the worker was killed")
    assert status == STATUS_OF_LOSS, err[-3000:]
    assert seconds < 60
    assert "worker 0: received no answer from another worker" in err
    assert "same command and --resume" in err
    assert "Traceback" not in err
    assert not (out / "model.keras").exists()

    command = ("launch", "--workers", 2, "--", *TRAIN, "--out", out, "--resume")
    status, text, err = ended(start(*command))
    assert status == 0, err[-3000:]
    assert "going on after batch" in text
    assert json.loads((out / "run.json").read_text())["resumed_after"][0] > 0
    difference = greatest_difference(whole / "model.keras", out / "model.keras")
    print(f"killed and never interrupted: weights differ by at most {difference:.1e}")
    assert difference <= 1e-6


def await_state(folder, processes):
    deadline = time.monotonic() + PATIENCE
    while not list(folder.glob("state-*[1-9].npz")):
        assert all(process.poll() is None for process in processes), ended(processes[0])
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.long
def test_a_scheduler_ends_two_workers(tmp_path):
    out = tmp_path / "run"
    endless = [*TRAIN, "--steps", "3000", "--out", out, "--resume"]
    both = [start(*endless, TF_CONFIG=config) for config in local_cluster(2)]
    try:
        await_state(out / "resume" / "worker-1", both)
        for process in both:
            process.send_signal(signal.SIGTERM)
        ends = [ended(process) for process in both]
    finally:
        for process in both:
            process.kill()
            process.communicate()
    for status, _, err in ends:
        assert status == 128 + signal.SIGTERM, err[-3000:]
        assert "interrupted" in err and "Traceback" not in err
    assert json.loads((out / "run.json").read_text())["status"] == "interrupted"
    assert not (out / "model.keras").exists()
    common = [
        {path.name for path in (out / "resume" / f"worker-{index}").glob("state-*[1-9].npz")}
        for index in range(2)
    ]
    assert common[0] & common[1]
