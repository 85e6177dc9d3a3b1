"""What a run has come to, as its folder says it."""

import pytest

from st_keras.cli.benchmark.run_state import (
    FAILED,
    FINISHED,
    end_of_log,
    is_whole,
    read_state,
    write_state,
)
from tests.refusals import refused


@pytest.fixture
def a_run(suite):
    """A run whose folder is there."""
    suite.runs[0].folder.mkdir(parents=True)
    return suite.runs[0]


def test_a_state_that_is_written_is_read(a_run):
    assert read_state(a_run) is None and not is_whole(a_run)
    write_state(a_run, FAILED, 2, message="why")
    state = read_state(a_run)
    assert (state["status"], state["attempts"], state["message"]) == (FAILED, 2, "why")
    assert (state["train"], state["evaluate"]) == (list(a_run.train), list(a_run.evaluate))
    assert not is_whole(a_run)
    write_state(a_run, FINISHED, 3)
    assert is_whole(a_run)


@pytest.mark.parametrize("content", ["{", "[1]", "{}"])
def test_a_damaged_state_is_refused(content, a_run):
    (a_run.folder / "state.json").write_text(content)
    text = refused("--out: received 'suite/runs/wide/digits/seed-0/state.json'", read_state, a_run)
    assert "Delete suite/runs/wide/digits/seed-0 to run it anew." in text


def test_the_end_of_a_log(a_run):
    assert end_of_log(a_run) == []
    lines = [f"line {k}" for k in range(30)]
    (a_run.folder / "log.txt").write_text("\n".join([*lines, "", "10%\r20%\rlast \xff", ""]))
    assert end_of_log(a_run) == [*lines[-14:], "last \xff"]
    (a_run.folder / "log.txt").write_bytes(b"x" * 10**6 + b"\n\xff end\n")
    assert end_of_log(a_run)[-1] == "\ufffd end"
