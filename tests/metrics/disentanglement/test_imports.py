"""The scores work where TensorFlow and Keras are not installed."""

import pathlib
import subprocess
import sys

import pytest

from tests.architecture.sources import FILES, REPOSITORY, imports_of, third_party

FOLDER = pathlib.Path("st_keras", "metrics", "disentanglement")
OURS = [file for file in FILES if FOLDER in file.parents]
ALLOWED = ("st_keras.metrics.disentanglement", "st_keras.text_table", "st_keras.validation")

# Loads the sub-package without the packages above it, which do import Keras.
WITHOUT_TENSORFLOW = """
import importlib.util, sys, types
for name in ("tensorflow", "keras"):
    sys.modules[name] = None
for name, path in (("st_keras", "st_keras"), ("st_keras.metrics", "st_keras/metrics")):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [path]
from st_keras.metrics.disentanglement import mcc
assert not {"scipy", "sklearn"} & set(sys.modules)
import numpy as np
z = np.random.default_rng(0).normal(size=(50, 2))
print(round(float(mcc(-z, z)), 6))
"""


def test_all_files_are_seen():
    assert len(OURS) > 20


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.name)
def test_only_light_packages_at_module_level_and_no_keras(file):
    for module, _, inside in imports_of(file):
        package = third_party(module)
        if package is None:
            assert not module.startswith("st_keras") or module.startswith(ALLOWED), module
        else:
            heavy = inside and package in ("scipy", "sklearn")
            assert package in ("numpy", "tqdm") or heavy, module


def test_without_tensorflow():
    command = [sys.executable, "-W", "error", "-c", WITHOUT_TENSORFLOW]
    run = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "1.0"
