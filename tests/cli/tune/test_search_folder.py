"""The folder of a search: new, gone on with, or refused."""

import json

import pytest

from st_keras.cli.grammar import parse
from st_keras.cli.tune.search_folder import open_search_folder
from st_keras.cli.tune.search_space import prepare_search


@pytest.fixture
def opened(tune_arguments):
    def open_with(*more):
        settings = parse([str(a) for a in (*tune_arguments, *more)])[1]
        return open_search_folder(settings, prepare_search(settings)[0])

    return open_with


def test_a_new_search_is_recorded(opened, tmp_path):
    folder, record = opened("--seed", "3")
    written = json.loads((tmp_path / "search" / "tune.json").read_text())
    assert folder.path == tmp_path / "search" and written["options"] == record["options"]
    assert (written["status"], written["options"]["seed"]) == ("running", 3)
    assert written["data"]["test_spans"] and "test_fraction" not in written


def test_what_is_there_is_left_alone(opened, tmp_path):
    opened()
    with pytest.raises(ValueError, match=r"which exists.*--resume goes on with the search in it"):
        opened()
    (tmp_path / "search" / "tune.json").unlink()
    (tmp_path / "search" / "mine.txt").write_text("mine")
    with pytest.raises(ValueError, match=r"There is no tune\.json in it to go on from"):
        opened("--resume")


def test_the_same_search_goes_on(opened, tmp_path):
    opened("--resume")
    (tmp_path / "search" / "tune.json").rename(tmp_path / "search" / ".unfinished-123-tune.json")
    opened("--resume")  # killed while the record was written
    _, record = opened("--resume", "--trials", "9", "--workers", "2")
    assert len(record["starts"]) == 2
    assert record["options"]["trials"] == 9


@pytest.mark.parametrize(
    "more, message",
    [
        (("--filters", "8"), r"--resume: .*of other settings: filters \[2, 4\], now \[8\]"),
        (("--steps-per-trial", "2"), r"steps_per_trial 1, now 2"),
        (("--data", "digits"), r"other settings: data .*now digits"),
    ],
)
def test_another_search_is_refused(opened, more, message):
    opened()
    with pytest.raises(ValueError, match=message):
        opened("--resume", *more)


def test_other_frames_are_refused(opened, frames_file):
    import numpy as np

    opened()
    np.save(frames_file, 255 - np.load(frames_file))
    with pytest.raises(ValueError, match="other data than the recorded run had"):
        opened("--resume")


def test_a_damaged_record_is_refused(opened, tmp_path):
    opened()
    (tmp_path / "search" / "tune.json").write_text("{")
    with pytest.raises(ValueError, match=r"--resume: .*tune\.json', which cannot be read"):
        opened("--resume")
