"""The counts that stand before every line."""

from st_keras.cli.benchmark.one_run import Outcome
from st_keras.cli.benchmark.progress import Progress


def test_what_is_done_running_failed_and_left(suite, capsys):
    progress = Progress(4)
    for run in suite.runs[:3]:
        progress.begins(run)
    progress.ends(suite.runs[0], Outcome("finished", "", 3.2))
    progress.ends(suite.runs[1], Outcome("failed", "why", 61.0))
    assert capsys.readouterr().out.splitlines()[2:] == [
        "done 0, running 3, failed 0, left 1   plain, digits, seed 0: begins",
        "done 1, running 2, failed 0, left 1   wide, digits, seed 0: finished after 3 s",
        "done 1, running 1, failed 1, left 1   wide, digits, seed 1: failed after 61 s: why",
    ]
    progress.ends(suite.runs[2], Outcome("interrupted", "asked to", 1.0))
    assert capsys.readouterr().out.startswith("done 1, running 0, failed 1, left 2   plain")
    assert progress.outcomes[suite.runs[1]].message == "why"
