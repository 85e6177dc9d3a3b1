"""A reader of another package, under the commands: known by an entry point alone."""

import json
import os
import pathlib
import shutil

import numpy as np
import pytest

from tests.fresh_process import run_python
from tests.tiny import random_frames

HERE = pathlib.Path(__file__).parent
# Each line of the command line, its status, and what of these is imported by then.
MAIN = """
import contextlib, io, json, os, sys
os.chdir(sys.argv[1])
from st_keras.cli.main import main
for line in sys.argv[2:]:
    with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.redirect_stderr(said):
        try:
            status = main(line.split())
        except SystemExit as exit:
            status = exit.code
    heavy = [name for name in ("raw_reader", "keras", "tensorflow") if name in sys.modules]
    print(json.dumps([status, said.getvalue(), heavy]))
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run lines of `st-keras` in a folder, in one process that finds the other package."""
    folder = tmp_path_factory.mktemp("raw")
    info = folder / "site" / "raw_reader-1.0.dist-info"
    info.mkdir(parents=True)
    shutil.copy(HERE / "raw_reader.py", folder / "site")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: raw_reader\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[st_keras.readers]\nraw.raw = raw_reader:RAW\n")
    frames = random_frames(8, 8, 8, 12, 1)
    np.save(folder / "same.npy", frames)
    frames.tofile(folder / "frames.raw")
    said = json.dumps({"dtype": "float32", "shape": frames.shape})
    (folder / "frames.raw.json").write_text(said)
    path = [str(folder / "site"), str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")]

    def run(*lines):
        said = run_python(MAIN, folder, *lines, PYTHONPATH=os.pathsep.join(path))
        return [json.loads(line) for line in said.splitlines()]

    run.folder = folder
    return run


def test_help_and_refusals_know_it_without_tensorflow(run):
    (run.folder / "alone.raw").write_bytes(bytes(4))
    helped, paint, alone = run(
        "train predrnn --help",
        "train predrnn --data paint --out x",
        "train predrnn --data alone.raw --out x",
    )
    assert helped[0] == 0 and " or .raw" in " ".join(helped[1].split())
    assert paint[0] == 2 and " or .raw" in paint[1]
    assert helped[2] == paint[2] == []  # it is imported when a path ends so
    assert alone[0] == 2 and "--data: received path 'alone.raw.json', which is no file" in alone[1]
    assert alone[2] == ["raw_reader"]


def test_a_model_is_trained_and_scored_on_it(run):
    windows = "--context-length 4 --horizon 2"
    model = f"{windows} --filters 4 --patch-size 4 --batch-size 2 --steps 2"
    done = run(
        f"train predrnn --data frames.raw {model} --out raw",
        f"train predrnn --data same.npy {model} --out npy",
        "evaluate raw/model.keras --data frames.raw --horizon 2 --out scores",
        "forecast raw/model.keras --data frames.raw --horizon 3 --out forecast.npy",
    )
    assert [status for status, *_ in done] == [0, 0, 0, 0], done
    raw, npy = (json.loads((run.folder / of / "run.json").read_text()) for of in ("raw", "npy"))
    assert raw["options"]["data"] == "frames.raw"
    for key in ("data", "data_fingerprint"):
        assert raw[key] == npy[key]
    assert "frames.raw: the test part of the training run" in done[2][1]
    assert np.load(run.folder / "forecast.npy").shape == (8, 3, 8, 12, 1)
