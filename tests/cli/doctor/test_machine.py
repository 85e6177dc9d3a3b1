"""What a machine is described by."""

import importlib.metadata
import json

import pytest

from st_keras.cli.doctor import machine


def test_description_is_json():
    found = machine.describe_machine()
    assert json.loads(json.dumps(found)) == found
    assert {"python", "tensorflow", "keras", "st_keras", "tensorflow-probability"} <= set(
        found["versions"]
    )
    assert found["processor"]["cores"] >= 1 and found["processor"]["name"]
    assert found["gpus_of_tensorflow"] >= 0


def test_extras(monkeypatch):
    lines = [
        "numpy>=1.26",
        'pytest>=8; extra == "test"',
        'no-such-package>=2; extra == "data"',
        'keras>=3; extra == "tune"',
    ]
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: lines)
    assert machine.extras() == {
        "data": {"no-such-package": None},
        "tune": {"keras": importlib.metadata.version("keras")},
    }


def test_bare_checkout(monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "requires", missing)
    assert machine.extras() == {}


@pytest.mark.parametrize("extra", ["data", "serving", "tune", "torch", "tensorboard", "jax"])
def test_the_real_extras_are_found(extra):
    try:
        importlib.metadata.requires("st_keras")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("st_keras is not installed here")
    assert machine.extras()[extra]
