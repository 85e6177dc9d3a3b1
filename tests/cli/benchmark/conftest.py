"""Suites, and a stand-in for `st-keras` that trains and scores in no time."""

import json
import sys

import pytest

from st_keras.cli.benchmark import one_run
from st_keras.cli.benchmark.run_state import FAILED, FINISHED, write_state
from st_keras.cli.benchmark.suite import read_suite

SUITE = """
title: Small
out: suite
seeds: [0, 1]
train: {steps: 5, batch: 4}
evaluate: {sequences: 8}
models:
  wide: {family: predrnn, filters: [8, 8]}
  plain: {family: convlstm}
datasets:
  digits: {data: digits}
"""
# Flags of `train` for a real run that is over at once.
TINY = "steps: 2, batch: 2, context-length: 2, horizon: 2, filters: [4]"
# Seed n scores n + 1, twice that of the model `plain`; what `how.json` says of a run happens to it.
STAND_IN = """
import json, os, pathlib, sys, time

command, first, *rest = sys.argv[1:]
told = dict(word.partition("=")[::2] for word in rest)
out = pathlib.Path(told["--out"])
run = out.parent
how = pathlib.Path("how.json")
how = json.loads(how.read_text()) if how.is_file() else {}
how = how.get(f"{command} {run.parent.parent.name} {run.name}", {})
print(command, "of", run.name, "threads", os.environ.get("TF_NUM_INTRAOP_THREADS"), flush=True)
with open("events.txt", "a") as events:
    events.write(f"{command} {run.parent.parent.name} {run.name}\\n")
if "sleep" in how:
    out.mkdir(parents=True, exist_ok=True)
    (out / "half").write_text("half")
    time.sleep(how["sleep"])
if "status" in how:
    print("\\n".join(f"line {k}" for k in range(40)))
    sys.exit(how["status"])
if command == "train":
    assert "--resume" in rest
    out.mkdir(parents=True, exist_ok=True)
    record = {"format": 2, "status": "finished", "options": {}, "versions": {"st_keras": "1"}}
    record["data_fingerprint"] = {"frames": "a"}
    (out / "run.json").write_text(json.dumps(record))
    (out / "model.keras").write_text("model")
else:
    assert pathlib.Path(first).is_file()
    out.mkdir()
    mse = (int(run.name.partition("-")[2]) + 1.0) * (2 if run.parent.parent.name == "plain" else 1)
    scores = {"Net": {"mse": [mse, mse]}, "persistence": {"mse": [9.0, 9.0]}}
    (out / "scores.json").write_text(json.dumps({"protocol": "thuml", "scores": scores}))
"""


@pytest.fixture
def in_folder(tmp_path, monkeypatch):
    """A folder to work in, with `suite.yaml`; return its path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TF_CONFIG", raising=False)
    (tmp_path / "suite.yaml").write_text(SUITE)
    return tmp_path


@pytest.fixture
def suite(in_folder):
    """The suite, read."""
    return read_suite("suite.yaml")


@pytest.fixture
def stand_in(in_folder, monkeypatch):
    """Start the stand-in in place of `st-keras`; return the function that reads its events."""
    (in_folder / "stand_in.py").write_text(STAND_IN)
    command = [sys.executable, "-S", str(in_folder / "stand_in.py")]
    monkeypatch.setattr(one_run, "program", lambda: command)
    events = in_folder / "events.txt"
    return lambda: events.read_text().splitlines() if events.is_file() else []


def finish(run, mse, persistence=9.0, frames="a", version="1"):
    """Write what a finished run leaves: one score, the same at two lead times."""
    for folder in (run.training, run.evaluation):
        folder.mkdir(parents=True)
    record = {"format": 2, "status": "finished", "options": {}, "versions": {"st_keras": version}}
    record["data_fingerprint"] = {"frames": frames}
    (run.training / "run.json").write_text(json.dumps(record))
    scores = {"Net": {"mse": [mse, mse]}, "persistence": {"mse": [persistence] * 2}}
    content = {"protocol": "thuml", "scores": scores}
    (run.evaluation / "scores.json").write_text(json.dumps(content))
    write_state(run, FINISHED, 1, seconds=3.0)


def fail(run):
    """Write what a run leaves whose training has failed."""
    run.folder.mkdir(parents=True)
    (run.folder / "log.txt").write_text("\n".join(f"line {k}" for k in range(40)))
    write_state(run, FAILED, 1, seconds=2.0, message="`st-keras train` ended with status 5")
