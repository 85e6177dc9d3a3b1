"""`run.json`: what it holds, and what is refused as one."""

import dataclasses
import json

import pytest

from st_keras.cli.grammar import parse
from st_keras.cli.run_record import (
    add_to,
    new_record,
    read_record,
    settings_of_run,
)
from st_keras.cli.worker_group import WorkerGroup


class Source:
    """Two batches of nothing."""

    def card(self):
        return {"dataset": "nothing"}

    def training_dataset(self, batch_size, first_batch=0):
        return [[0.0] * batch_size] * 9


def asked(line="", *typed):
    line = f"train convlstm --data digits --out run --seed 3 {line}"
    return dataclasses.replace(parse(line.split())[1], typed=typed)


def test_says_what_was_asked_and_what_ran():
    told = asked("--filters 4,4 --deterministic --jit-compile", "train", "x")
    record = json.loads(json.dumps(new_record(told, WorkerGroup(), Source(), {"steps": 9})))
    assert record["command"] == ["st-keras", "train", "x"]
    assert record["options"]["filters"] == [4, 4]
    assert record["options"]["out"] == "run"
    assert record["options"]["steps"] is None
    assert record["jit_compile"] is True
    assert (record["options"]["command"], record["options"]["model"]) == ("train", "convlstm")
    assert record["seeds"] == {"seed": 3}
    assert record["data"] == {"dataset": "nothing"}
    assert len(record["data_fingerprint"]["first_batches"]) == 64
    assert (record["status"], record["recipe"]) == ("running", {"steps": 9})
    assert (record["strategy"], record["replicas"], record["workers"]) == ("one_device", 1, 1)
    assert record["deterministic"] is True
    assert {"tensorflow", "keras", "st_keras"} <= set(record["versions"])
    assert "git" in record
    names = ("versions", "command", "git")
    assert record["starts"] == [{"after": 0, **{name: record[name] for name in names}}]


def test_what_ran_before_stays_in_the_record():
    first = new_record(asked("", "first"), WorkerGroup(), Source(), {})
    second = new_record(asked("", "second"), WorkerGroup(), Source(), {})
    add_to(first, second, 7)
    third = new_record(asked("", "third"), WorkerGroup(), Source(), {})
    add_to(second, third, 0)
    assert [start["after"] for start in third["starts"]] == [0, 7, 0]
    assert third["starts"][:2] == [first["starts"][0], second["starts"][1]]
    assert [start["command"][1] for start in third["starts"]] == ["first", "second", "third"]
    # Nothing of what was trained before is in a run that begins anew.
    assert (second["resumed_after"], third["resumed_after"]) == ([7], [])


GOOD = {"format": 2, "status": "finished", "options": {}, "data_fingerprint": {}, "versions": {}}


@pytest.mark.parametrize(
    "change",
    [
        *({"versions": ["3.15"]}, {"versions": None}, {"data_fingerprint": "abc"}),
        *({"options": None}, {"starts": {}}, {"resumed_after": 3}, {"format": 1}),
    ],
    ids=str,
)
def test_refuses_values_of_another_kind(change, tmp_path):
    path = tmp_path / "run.json"
    path.write_text(json.dumps(GOOD))
    assert read_record("--replay", path) == GOOD
    path.write_text(json.dumps({**GOOD, **change}))
    with pytest.raises(ValueError, match=r"received .*is no run record of format 2\. Requ"):
        read_record("--replay", path)


def test_settings_are_what_changes_the_numbers():
    more = "--resume --resume-every 3 --max-minutes 1 --strategy one_device --tensorboard"
    one, other = settings_of_run(asked()), settings_of_run(asked(more))
    assert one == other
    assert one["seed"] == 3 and not {"out", "data", "resume", "strategy"} & set(one)
    assert settings_of_run(asked("--steps 9")) == {**one, "steps": 9}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "which cannot be read"),
        ("{", "which cannot be read"),
        ("\x00\xff", "which cannot be read"),
        ("[1]", "which is no run record of format 2"),
        ('{"options": {"command": "train"}}', "which is no run record of format 2"),
        (
            '{"options": {}, "status": "finished", "data_fingerprint": {}, "versions": {}}',
            "which is no run record of format 2",
        ),
    ],
)
def test_refuses_what_is_no_record(text, reason, tmp_path):
    path = tmp_path / "run.json"
    if text is not None:
        path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ValueError, match=rf"--replay: received .*{reason}.* Required: the run\.js"):
        read_record("--replay", path)
