"""An installed wheel, made of the source archive: its data and its models are there."""

import importlib.metadata
import os
import shutil
import subprocess
import sys

import pytest

from st_keras.models.shipped_models import shipped_models
from tests.architecture.sources import REPOSITORY

SDIST = "import sys; from setuptools.build_meta import build_sdist; build_sdist(sys.argv[1])"
USE = """
import pathlib, sys
import st_keras
from st_keras.datasets import sample_rain
from st_keras.models.shipped_models import located_model, shipped_models
from st_keras.training import Forecaster
package = pathlib.Path(st_keras.__file__).parent
assert package == pathlib.Path(sys.argv[1]) / "st_keras", package
assert all(folder.is_relative_to(package) for folder in shipped_models().values())
assert located_model(pathlib.Path("slowvae_sprites")).is_dir()
assert sample_rain().frames.shape == (36, 128, 128, 1)
assert Forecaster.from_preset("predrnn_moving_digits").built
print(*shipped_models())
"""


def run(*command, cwd, **environment):
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


@pytest.mark.long
def test_a_wheel_has_models_and_data(tmp_path):
    try:
        builds_wheels = int(importlib.metadata.version("setuptools").split(".")[0]) > 70
    except importlib.metadata.PackageNotFoundError:
        builds_wheels = False
    if not builds_wheels:
        pytest.skip("needs setuptools 71 or later, which builds wheels by itself")
    source, folder = tmp_path / "source", tmp_path / "installed"
    source.mkdir()
    for name in ("st_keras", "saved_models"):
        left_out = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPOSITORY / name, source / name, ignore=left_out)
    for name in ("setup.py", "setup.cfg", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, source)
    (source / "saved_models" / "nowcast" / "1").mkdir(parents=True)  # an export of the user's own
    (source / "saved_models" / "nowcast" / "1" / "saved_model.pb").write_bytes(b"export")

    run("-c", SDIST, tmp_path, cwd=source)
    (archive,) = tmp_path.glob("*.tar.gz")
    quick = ("--no-deps", "--no-build-isolation")
    run("-m", "pip", "wheel", *quick, "-w", tmp_path, archive, cwd=tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    run("-m", "pip", "install", "--no-deps", "--target", folder, wheel, cwd=tmp_path)
    assert not (folder / "st_keras" / "saved_models" / "nowcast").exists()
    printed = run("-c", USE, folder, cwd="/", PYTHONPATH=str(folder), TF_CPP_MIN_LOG_LEVEL="3")
    assert printed.split() == list(shipped_models())
