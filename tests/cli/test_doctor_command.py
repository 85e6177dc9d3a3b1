"""`st-keras doctor` as a user runs it."""

import json

import pytest

from st_keras.cli import doctor_command
from st_keras.cli.doctor import prediction

TINY = ("predrnn", "--filters", "4", "--patch-size", "4", "--kernel-size", "3")
SIZES = ("--image-shape", "8,8,1", "--frames", "4")


def test_the_machine(run):
    status, out, err = run("doctor")
    assert (status, err) == (0, "")
    assert "tensorflow" in out and "available" in out and "advice: --precision" in out
    assert "training step" not in out


@pytest.mark.long
def test_a_network_is_measured_and_verified(run):
    status, out, err = run("doctor", *TINY, *SIZES, "--batch", "4", "--verify", "--json")
    assert status == 0
    found = json.loads(out)["training_step"]
    assert [entry["batch_size"] for entry in found["measured"]] == [1, 3]
    assert found["verified"]["predicted_to_measured"] == pytest.approx(1.0, abs=0.15)
    assert err.count("measuring batch") == 3


@pytest.fixture
def small_machine(monkeypatch):
    """A machine with 1 MiB, and probes that follow a line."""
    from tests.cli.doctor.test_prediction import Line

    line = Line()
    monkeypatch.setattr(doctor_command, "_memory_for_training", lambda machine, on_gpu: 2**20)
    for name in ("predict", "verify", "alternatives"):
        function = getattr(prediction, name)
        monkeypatch.setattr(
            prediction,
            name,
            lambda request, what, tell, probe=None, function=function: function(
                request, what, tell, line
            ),
        )
    return line


def test_what_does_not_fit_is_said_with_what_would(small_machine, run):
    status, out, _ = run("doctor", *TINY, *SIZES, "--verify")
    assert status == 0
    assert "DOES NOT FIT" in out
    assert "largest batch for the 1 MiB available, 10 % of it kept free: 0" in out
    assert "not run (--verify)" in out
    assert "with --precision mixed_bfloat16:" in out


def test_a_saved_model(small_machine, run, trained):
    status, out, _ = run("doctor", "--model", trained, "--batch", "3", "--json")
    assert status == 0
    assert json.loads(out)["training_step"]["batch_size"] == 3
    assert small_machine.asked[0].settings == {"file": str(trained)}


def test_a_probe_that_fails(monkeypatch, run):
    from st_keras.validation import error

    def fail(request, available, tell):
        raise error("st-keras doctor", "no answer", "a step that fits", "Try a smaller one.")

    monkeypatch.setattr(prediction, "predict", fail)
    status, _, err = run("doctor", *TINY, *SIZES)
    assert status == 2
    assert "st-keras doctor: received no answer. Required: a step that fits" in err


def test_memory_of_a_gpu_counts_where_tensorflow_uses_one():
    machine = {"memory": {"available_bytes": 5}, "gpus": [{"free_bytes": 7}]}
    assert doctor_command._memory_for_training(machine, on_gpu=True) == 7
    assert doctor_command._memory_for_training(machine, on_gpu=False) == 5
    assert doctor_command._memory_for_training({**machine, "gpus": []}, on_gpu=True) is None
