"""The folder of a suite: new, gone on with, or refused."""

import json
import pathlib

import pytest

from st_keras.cli.benchmark.run_state import FINISHED, write_state
from st_keras.cli.benchmark.suite import read_suite
from st_keras.cli.benchmark.suite_folder import check_suite_folder, suite_folder
from st_keras.files.file_lock import LockedError
from tests.cli.benchmark.conftest import SUITE
from tests.refusals import refused


@pytest.fixture
def begun(suite):
    """The suite, whose first run is finished."""
    with suite_folder(suite):
        pass
    suite.runs[0].folder.mkdir(parents=True)
    write_state(suite.runs[0], FINISHED, 1)
    return suite


def changed(old, new):
    assert old in SUITE
    pathlib.Path("suite.yaml").write_text(SUITE.replace(old, new))
    return read_suite("suite.yaml")


def test_a_new_folder_is_marked(suite):
    check_suite_folder(suite)
    assert not suite.out.exists()
    with suite_folder(suite):
        assert json.loads((suite.out / "suite.json").read_text())["title"] == "Small"
    check_suite_folder(suite)


def test_a_kill_before_the_mark_leaves_a_folder_to_go_on_with(suite):
    suite.out.mkdir()
    (suite.out / ".lock").write_text("")
    check_suite_folder(suite)


def test_a_folder_of_something_else_is_refused(suite):
    suite.out.mkdir()
    (suite.out / "mine.txt").write_text("mine")
    refused(
        r"--out: received 'suite', which exists.*no suite\.json in it", check_suite_folder, suite
    )


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"format": 9}'])
def test_a_damaged_mark_is_refused(content, begun):
    (begun.out / "suite.json").write_text(content)
    refused(r"--out: received 'suite/suite\.json', which", check_suite_folder, begun)


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("steps: 5", "steps: 6", r"another `train` of the run wide, digits, seed 0 .*=5, now --st"),
        ("[8, 8]", "[8]", "--filters=8,8, now --filters=8"),
        ("[8, 8]", "[8, 8], remat: step", "nothing, now --remat=step"),
        ("sequences: 8", "sequences: 9", "another `evaluate` of .*: --sequences=8, now --seq"),
    ],
)
def test_a_run_that_was_changed_is_refused(old, new, match, begun):
    text = refused(match, check_suite_folder, changed(old, new))
    assert "suite/runs/wide/digits/seed-0" in text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("seeds: [0, 1]", "seeds: [0, 1, 2]"),
        ("plain:", "new:"),
        ("family: convlstm", "family: convlstm, steps: 9"),
        ("title: Small", "title: Large"),
    ],
)
def test_what_is_new_stands_beside_what_is_there(old, new, begun):
    check_suite_folder(changed(old, new))


def test_a_second_benchmark_is_refused(suite):
    with suite_folder(suite), pytest.raises(LockedError, match="the suite in 'suite', at which"):
        with suite_folder(suite):
            pass
