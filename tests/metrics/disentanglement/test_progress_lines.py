import io

import pytest

from st_keras.metrics.disentanglement.progress_lines import ProgressLines


class Terminal(io.StringIO):
    def isatty(self):
        return True


def run(stream, monkeypatch, enabled=True):
    monkeypatch.setattr("sys.stderr", stream)
    progress = ProgressLines(enabled)
    progress.start("encoding")
    progress.advance(0, 4)
    progress.advance(3, 4)
    return progress.finish("4 images"), stream.getvalue()


def test_a_file_gets_one_line_per_step(monkeypatch):
    seconds, text = run(io.StringIO(), monkeypatch)
    assert text == f"encoding           4 images  {seconds:.1f} s\n"


def test_a_terminal_gets_a_bar_that_the_result_replaces(monkeypatch):
    monkeypatch.setattr("tqdm.tqdm.monitor_interval", 0)
    seconds, text = run(Terminal(), monkeypatch)
    assert "encoding" in text.split("\r")[1]
    last = text.split("\r")[-1]
    assert last == f"encoding           4 images  {seconds:.1f} s\n" and text.count("\n") == 1


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_silent(stream, monkeypatch):
    seconds, text = run(stream, monkeypatch, enabled=False)
    assert seconds >= 0 and text == ""
