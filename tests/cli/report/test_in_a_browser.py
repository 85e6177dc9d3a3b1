"""The page in a real browser: nothing fails, nothing is asked for, it fits, its tables sort."""

import pytest

from tests.cli.report.browser import CHROMIUM, browser
from tests.uncompiled import uncompiled

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium"),
]
# Elements that stick out of the page to the right, but for what lies in a box that scrolls.
STICKING_OUT = """[...document.querySelectorAll("body *")].filter((each) =>
  !each.closest(".scroll, .wide") && each.getBoundingClientRect().right > innerWidth + 1)
  .map((each) => each.outerHTML.slice(0, 80))"""
COLUMN = '[...document.querySelector("table").tBodies[0].rows].map((r) => r.cells[1].dataset.value)'
SMALLEST = """Math.min(...[...document.querySelectorAll("p, td, th, li, figcaption, dd, small")]
  .map((each) => parseFloat(getComputedStyle(each).fontSize)))"""


@pytest.fixture
def page(trained, run, frames_file, tmp_path):
    out = tmp_path / "e"
    flags = ("--data", frames_file, "--sequences", 4, "--baselines", "persistence,advection")
    status, _, err = run("evaluate", trained, *flags, "--report", "--out", out)
    assert status == 0, err
    return out / "report.html"


@uncompiled
def test_on_a_phone_and_on_a_desk(page, tmp_path):
    with browser(tmp_path / "profile") as window:
        for width in (380, 1400):
            window.open(page, width)
            assert window.evaluate("document.readyState") == "complete"
            assert window.evaluate("innerWidth") == width
            assert window.evaluate("document.documentElement.scrollWidth") <= width
            assert window.evaluate(STICKING_OUT) == []
            assert window.evaluate(SMALLEST) >= 12
            sizes = window.evaluate("[...document.images].map((i) => i.naturalWidth)")
            assert len(sizes) > 8 and min(sizes) > 0
            assert window.evaluate("document.body.innerText").count("thuml") > 5
        before = window.evaluate(COLUMN)
        window.evaluate('document.querySelectorAll("table th button")[1].click()')
        up = window.evaluate(COLUMN)
        window.evaluate('document.querySelectorAll("table th button")[1].click()')
        down = window.evaluate(COLUMN)
        assert up == sorted(before, key=float) and down == up[::-1] and len(set(up)) > 1
        assert {address.partition(":")[0] for address in window.requests} == {"file"}
        assert set(window.requests) == {page.absolute().as_uri()}
        assert window.problems == []
        window.screenshot(tmp_path / "page.png")
        assert (tmp_path / "page.png").stat().st_size > 10_000


def test_what_goes_wrong_is_heard(tmp_path):
    wrong = tmp_path / "wrong.html"
    wrong.write_text(
        "<html><body><script>console.error('one');</script><script>two();</script>"
        "<img src='three.png'></body></html>"
    )
    with browser(tmp_path / "profile") as window:
        window.open(wrong, 380)
        window.evaluate("1")
        assert any("one" in each for each in window.problems)
        assert any("two" in each for each in window.problems)
        assert any("three.png" in each for each in window.requests)
