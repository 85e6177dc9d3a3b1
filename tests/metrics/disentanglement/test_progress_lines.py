import io

from st_keras.metrics.disentanglement.progress_lines import ProgressLines


class Terminal(io.StringIO):
    def isatty(self):
        return True


def run(progress):
    progress.start("encoding")
    progress.advance(1, 4)
    progress.advance(4, 4)
    return progress.finish("4 images")


def test_a_file_gets_one_line_per_step():
    stream = io.StringIO()
    seconds = run(ProgressLines(stream=stream))
    assert stream.getvalue() == f"encoding           4 images  {seconds:.1f} s\n"


def test_a_terminal_gets_a_bar_that_overwrites_itself():
    stream = Terminal()
    run(ProgressLines(stream=stream))
    steps = stream.getvalue().split("\r")
    assert "[======..................] 1/4" in steps[2]
    assert "[========================] 4/4" in steps[3]
    assert steps[4].startswith("encoding           4 images") and steps[4].endswith("\n")
    assert stream.getvalue().count("\n") == 1


def test_silent():
    for stream in (io.StringIO(), Terminal()):
        assert run(ProgressLines(False, stream)) >= 0
        assert stream.getvalue() == ""


def test_standard_error_is_the_default(capsys):
    run(ProgressLines())
    assert capsys.readouterr().err.startswith("encoding") and capsys.readouterr().out == ""


def test_nothing_to_do():
    stream = Terminal()
    progress = ProgressLines(stream=stream)
    progress.start("encoding")
    progress.advance(0, 0)
    assert "0/0" in stream.getvalue()
