"""Scores of codes, of modes and of rain work where TensorFlow and Keras are not installed."""

import pathlib
import subprocess
import sys

import pytest

from tests.architecture.sources import FILES, REPOSITORY, imports_of, third_party

METRICS = pathlib.Path("st_keras", "metrics")
# Packages that a function may import; what is imported with the module is NumPy, and tqdm.
INSIDE = {"disentanglement": {"scipy", "sklearn"}, "modes": {"sklearn"}}
OURS = ("st_keras.metrics.disentanglement", "st_keras.text_table", "st_keras.validation")
ALLOWED = {"disentanglement": OURS, "modes": ("st_keras.metrics.modes", *OURS)}

# Loads the sub-packages without the packages above them, which do import Keras.
WITHOUT_TENSORFLOW = """
import sys, types
for name in ("tensorflow", "keras"):
    sys.modules[name] = None
for name, path in (("st_keras", "st_keras"), ("st_keras.metrics", "st_keras/metrics")):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [path]
from st_keras.metrics.disentanglement import mcc
from st_keras.metrics.modes import a_distance
from st_keras.metrics.radar import compare_rain, crps, rain_table, score_rain
assert not {"scipy", "sklearn"} & set(sys.modules)
import numpy as np
z = np.random.default_rng(0).normal(size=(50, 2))
rain = np.maximum(np.random.default_rng(0).normal(size=(2, 2, 8, 8, 1)), 0)
csi = score_rain(rain, rain)["mean"]["csi@1"]
print(round(float(mcc(-z, z)), 6), a_distance(z, z + 50), csi, crps(rain, [rain, rain])[0])
"""


@pytest.mark.parametrize("folder, count", [("disentanglement", 21), ("modes", 9)])
def test_only_light_packages_at_module_level_and_no_keras(folder, count):
    files = [file for file in FILES if METRICS / folder in file.parents]
    assert len(files) >= count
    for file in files:
        for module, _, inside in imports_of(file):
            package = third_party(module)
            if package is None:
                ours = module.startswith("st_keras")
                assert not ours or module.startswith(ALLOWED[folder]), (file, module)
            else:
                assert package in ("numpy", "tqdm") or (inside and package in INSIDE[folder]), (
                    file,
                    module,
                )


def test_without_tensorflow():
    command = [sys.executable, "-W", "error", "-c", WITHOUT_TENSORFLOW]
    run = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == ["1.0", "2.0", "1.0", "0.0"]
