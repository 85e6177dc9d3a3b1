"""report.html and report.md, written into the folder of an evaluation."""

from st_keras.cli.report.html_page import html_page
from st_keras.cli.report.markdown_page import markdown_page
from st_keras.cli.whole_file import written_whole


def write_report(folder, report):
    """Write both pages.

    Args:
        folder: `RunFolder`, which notes them.
        report: `Report`.
    """
    pages = {"report.html": html_page(report), "report.md": markdown_page(report, folder.path)}
    for name, text in pages.items():
        with written_whole(folder / name) as unfinished:
            unfinished.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
        folder.note("report", folder / name)
