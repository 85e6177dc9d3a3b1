"""A network and a metric of another package, under the commands: known by entry points alone."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pytest

from tests.tiny import random_frames

HERE = pathlib.Path(__file__).parent
MAIN = "import sys; from st_keras.cli.main import main; sys.exit(main(sys.argv[1:]))"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run `st-keras` in a folder, in a process of its own that finds the other package."""
    folder = tmp_path_factory.mktemp("convgru")
    package = folder / "site"
    info = package / "convgru-1.0.dist-info"
    info.mkdir(parents=True)
    for file in ("convgru_family.py", "convgru_network.py"):
        shutil.copy(HERE / file, package)
    shutil.copy(HERE.parent / "metrics" / "video" / "toy_csi.py", package)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: convgru\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[st_keras.families]\nconvgru = convgru_family:CONVGRU\n"
        "[st_keras.scores]\ncsi50 = toy_csi:CSI\n"
    )
    np.save(folder / "frames.npy", random_frames(8, 8, 8, 12, 1))
    path = os.pathsep.join([str(package), str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")])

    def run(line, expected=0, errors=True):
        done = subprocess.run(
            [sys.executable, "-c", MAIN, *line.split()],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "3"},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == expected, done.stderr[-3000:]
        return done.stdout + done.stderr * errors

    run.folder = folder
    return run


WINDOWS = "--data frames.npy --context-length 4 --horizon 2"


@pytest.fixture(scope="module")
def model(run):
    said = run(f"train convgru {WINDOWS} --steps 2 --filters 6,6 --out run")
    assert "convgru:" in said
    assert (
        json.loads((run.folder / "run" / "run.json").read_text())["options"]["model"] == "convgru"
    )
    return "run/model.keras"


def test_help_names_it_and_imports_it_when_it_is_named(run):
    assert "convgru" in run("train --help")
    assert "--filters" in run("train convgru --help")
    assert "'0'. Required: a whole number" in run(f"train convgru {WINDOWS} --steps 0 --out x", 2)


def test_its_model_is_scored_and_forecasts(run, model):
    run(f"evaluate {model} --data frames.npy --horizon 2 --out scores")
    run(f"forecast {model} --data frames.npy --horizon 3 --out forecast.npy")
    assert np.load(run.folder / "forecast.npy").shape[1:] == (3, 8, 12, 1)


@pytest.mark.long
def test_its_model_is_exported_and_trained_again(run, model):
    assert "init_state" in run(f"export {model} --out served/1")
    run("train --replay run/run.json --out again")
    assert (run.folder / "again" / "model.keras").exists()


@pytest.mark.long
def test_doctor_predicts_it_and_tune_searches_it(run, model):
    sizes = "--image-shape 8,12,1 --filters 6 --batch-size 2 --frames 6"
    step = json.loads(run(f"doctor convgru {sizes} --json", errors=False))["training_step"]
    assert step["fits"]
    trials = "--trials 2 --steps-per-trial 4 --tuner random --objective val_csi50"
    run(f"tune convgru {WINDOWS} {trials} --out search")
    record = json.loads((run.folder / "search" / "trials.json").read_text())
    assert record["objective"] == {"name": "val_csi50", "direction": "max"}
    assert (run.folder / "search" / "best" / "model.keras").exists()
