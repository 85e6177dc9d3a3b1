"""Numbers as they are printed."""

import pytest

from benchmarks.speed import report


@pytest.mark.parametrize(
    "value, text",
    [(None, "-"), (1234.4, "1234"), (12.34, "12.3"), (1.234, "1.23"), (0.1234, "0.123")],
)
def test_numbers(value, text):
    assert report._number(value) == text


def test_columns_are_aligned():
    table = report._aligned(["name", "ms"], [["a", "1.0"], ["long name", "100"]])
    assert table.splitlines() == ["name        ms", "a          1.0", "long name  100"]


def test_markdown_rows():
    table = report._piped(["name", "ms"], [["a", "1.0"]])
    assert table == "| name | ms |\n| --- | --- |\n| a | 1.0 |"


@pytest.mark.parametrize("load, count", [(None, 0), (0.4, 0), (0.6, 1)])
def test_a_busy_machine_is_told(load, count):
    assert len(report._disturbance({"load": load, "cores": 2})) == count
    assert all("quiet machine" in line for line in report._disturbance({"load": 9.0, "cores": 2}))
