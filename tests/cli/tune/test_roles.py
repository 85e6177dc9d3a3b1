"""Who is who, by keras-tuner's variables."""

import os

import pytest
import tensorflow as tf

from st_keras.cli.tune.roles import (
    NAMES,
    ORACLE_IP,
    ORACLE_PORT,
    TUNER_ID,
    environment_of,
    leave_gpus_to_trials,
    local_roles,
    role_here,
    visible_gpus,
)


@pytest.mark.parametrize("name, role", [("chief", "chief"), ("worker3", "worker")])
def test_roles(name, role, monkeypatch):
    assert role_here() == "alone"
    monkeypatch.setenv(TUNER_ID, name)
    assert role_here() == "alone"
    monkeypatch.setenv(ORACLE_IP, "10.0.0.1")
    with pytest.raises(
        ValueError,
        match=r"st-keras tune: received KERASTUNER_TUNER_ID, KERASTUNER_ORACLE_IP in the "
        r"environment, without KERASTUNER_ORACLE_PORT\. Required: all three",
    ):
        role_here()
    monkeypatch.setenv(ORACLE_PORT, "8000")
    assert role_here() == role


def test_workers_share_cores_and_gpus(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    monkeypatch.delenv("TF_NUM_INTRAOP_THREADS", raising=False)
    chief, workers = local_roles(3, gpus=["2", "5"])
    assert set(NAMES) <= set(chief) and "CUDA_VISIBLE_DEVICES" not in chief
    assert [worker["CUDA_VISIBLE_DEVICES"] for worker in workers] == ["2", "5", "2"]
    assert {worker["TF_NUM_INTRAOP_THREADS"] for worker in workers} == {"2"}
    assert {worker[ORACLE_IP] for worker in workers} == {"127.0.0.1"}
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "1")
    assert all("TF_NUM_INTRAOP_THREADS" not in worker for worker in local_roles(2)[1])


def test_visible_gpus(monkeypatch):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [kind] * 2)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert visible_gpus() == ["0", "1"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,7")
    assert visible_gpus() == ["3", "7"]


def test_gpus_are_left_to_trials(monkeypatch):
    hidden = []
    monkeypatch.setattr(tf.config, "set_visible_devices", lambda *given: hidden.append(given))
    leave_gpus_to_trials()
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [kind])
    leave_gpus_to_trials()
    assert hidden[-1:] == [([], "GPU")] and len(hidden) <= 2


def test_the_environment_is_as_before(monkeypatch):
    monkeypatch.setenv(TUNER_ID, "mine")
    with environment_of({TUNER_ID: "chief", ORACLE_PORT: "1"}):
        assert (os.environ[TUNER_ID], os.environ[ORACLE_PORT]) == ("chief", "1")
    assert os.environ[TUNER_ID] == "mine" and ORACLE_PORT not in os.environ
