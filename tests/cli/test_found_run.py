"""What lies in a folder: nothing, a run to go on with, a finished one, or something else."""

import json

import pytest

from st_keras.cli.found_run import GOES_ON, IS_FINISHED, NEW, find_run
from st_keras.cli.grammar import parse
from st_keras.cli.run_record import options_of


def asked(out, *more):
    return parse(["train", "predrnn", "--data", "digits", "--out", str(out), *more])[1]


def write_record(folder, status, **options):
    folder.mkdir(exist_ok=True)
    content = {"format": 2, "status": status, "data_fingerprint": {}, "versions": {}}
    (folder / "run.json").write_text(json.dumps({**content, "options": options}))


def test_what_lies_in_the_folder(tmp_path):
    out = tmp_path / "run"
    assert find_run(asked(out)) == find_run(asked(out, "--resume")) == NEW
    write_record(out, "running")
    assert find_run(asked(out, "--resume")) == GOES_ON
    write_record(out, "interrupted")
    assert find_run(asked(out, "--resume")) == GOES_ON
    write_record(out, "finished", steps=9)
    message = r"--resume: received .*a run of other settings is finished: .*steps 9, now 8.*Req"
    with pytest.raises(ValueError, match=message):
        find_run(asked(out, "--resume", "--steps", "8"))


def test_a_finished_run_of_these_settings(tmp_path):
    write_record(tmp_path / "run", "finished", **options_of(asked(tmp_path / "run")))
    assert find_run(asked(tmp_path / "run", "--resume")) == IS_FINISHED


def test_a_finished_run_answers_for_its_own_data_only(tmp_path):
    write_record(tmp_path / "run", "finished", **options_of(asked(tmp_path / "run")))
    message = r"--resume: received .* is finished: data digits, now other\.npy\. Required: the se"
    with pytest.raises(ValueError, match=message):
        find_run(asked(tmp_path / "run", "--resume", "--data", "other.npy"))


def test_resume_leaves_foreign_folders_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    message = r"--out: received .*exists\. Required: .* There is no run\.json in it"
    with pytest.raises(ValueError, match=message):
        find_run(asked(tmp_path, "--resume"))
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(ValueError, match=r"--resume: received .*no run record"):
        find_run(asked(tmp_path, "--resume"))


def test_a_record_that_a_kill_left_half_written_is_nothing(tmp_path):
    (tmp_path / ".unfinished-123-run.json").write_text("{")
    assert find_run(asked(tmp_path, "--resume")) == NEW
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("names", [[".unfinished-123-mine"], [".unfinished-123-run.json", "mine"]])
def test_nothing_else_is_deleted(names, tmp_path):
    for name in names:
        (tmp_path / name).write_text("mine")
    with pytest.raises(ValueError, match=r"--out: received .*exists\. Required: "):
        find_run(asked(tmp_path, "--resume"))
    assert sorted(path.name for path in tmp_path.iterdir()) == names
