"""A report as HTML and Markdown: nothing of its words is taken for markup, pictures are in it."""

import base64
import html.parser
import re

import numpy as np
import pytest
from PIL import Image

from st_keras.cli.report.document import Cell, Facts, Notes, Picture, Report, Section, Table
from st_keras.cli.report.html_page import html_page
from st_keras.cli.report.markdown_page import markdown_page

EVIL = "<script>alert('1')</script> & \"quotes\" | [x](y)"


@pytest.fixture
def report(tmp_path):
    Image.fromarray(np.arange(64, dtype="uint8").reshape(8, 8)).save(tmp_path / "a.png")
    (tmp_path / "pictures").mkdir()
    Image.fromarray(np.arange(64, dtype="uint8").reshape(8, 8)).save(tmp_path / "pictures/b.gif")
    rows = [
        [Cell("net"), Cell("1.5", 1.5, "1.0 to 2.0", best=True)],
        [Cell(EVIL, note=EVIL), Cell("-", float("nan"))],
    ]
    parts = [
        EVIL,
        Table(EVIL, [("method", ""), ("MSE", "thuml")], rows),
        Table("more", [(EVIL, EVIL), ("b", "")], rows, folded=True),
        Facts([(EVIL, EVIL)]),
        Notes([EVIL]),
        Picture(tmp_path / "a.png", EVIL, wide=True),
        [Picture(tmp_path / "a.png", "one"), Picture(tmp_path / "pictures/b.gif", "two")],
    ]
    return Report(EVIL, [EVIL], [Section(EVIL, parts)])


class Tags(html.parser.HTMLParser):
    """Collects tags, and fails where one is not closed."""

    def __init__(self, text):
        super().__init__()
        self.found, self.open = [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        if tag not in ("meta", "link", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_words_are_no_markup(report):
    page = html_page(report)
    tags = Tags(page).found
    assert [tag for tag, _ in tags].count("script") == 1
    assert "alert('1')" not in page and "&lt;script&gt;" in page
    assert sum(tag == "details" for tag, _ in tags) == 1


def test_nothing_is_fetched(report, tmp_path):
    tags = Tags(html_page(report)).found
    addresses = [v for _, of in tags for name, v in of.items() if name in ("src", "href")]
    assert all(address.startswith(("data:", "#")) for address in addresses)
    pictures = [of["src"] for tag, of in tags if tag == "img"]
    assert [picture.partition(";")[0] for picture in pictures] == ["data:image/png"] * 2 + [
        "data:image/gif"
    ]
    content = base64.b64decode(pictures[2].partition("base64,")[2])
    assert content == (tmp_path / "pictures/b.gif").read_bytes()
    assert all(of["alt"] for tag, of in tags if tag == "img")
    assert "http://" not in html_page(report) and "https://" not in html_page(report)


def test_numbers_are_sorted_by_value(report):
    cells = [of.get("data-value") for tag, of in Tags(html_page(report)).found if tag == "td"]
    assert cells[:4] == ["net", "1.5", EVIL, ""]  # without a score last


def test_markdown(report, tmp_path):
    page = markdown_page(report, tmp_path)
    assert "(a.png)" in page and "(pictures/b.gif)" in page
    assert "<script>" not in re.sub(r"\\.", "", page)
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert rows[:3] == [
        "| method | MSE (thuml) |",
        "| --- | ---: |",
        "| net | **1.5** (1.0 to 2.0) |",
    ]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {3}
