"""A report as one HTML page that needs nothing else: pictures, style and script are in it."""

import base64
import html
import re

from st_keras.cli.report.document import Facts, Notes, Picture, Table
from st_keras.cli.report.page_style import SCRIPT, STYLE

_TYPES = {".png": "image/png", ".gif": "image/gif"}
# Of itself the page fetches nothing; this says that a browser must not either.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def html_page(report):
    """Return the page as text.

    Args:
        report: `Report`. Its words are shown as they are, whatever characters they hold.

    Example:

    >>> from st_keras.cli.report.document import Report, Section
    >>> "<p>a &lt; b</p>" in html_page(Report("t", [], [Section("s", ["a < b"])]))
    True
    """
    anchors = {section.title: _anchor(section.title) for section in report.sections}
    links = "".join(f'<a href="#{a}">{html.escape(title)}</a>' for title, a in anchors.items())
    lead = "".join(map(_paragraph, report.lead))
    sections = "".join(
        f'<section id="{anchors[section.title]}"><h2>{html.escape(section.title)}</h2>'
        f"{''.join(map(_part, section.parts))}</section>\n"
        for section in report.sections
    )
    title = html.escape(report.title)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<link rel="icon" href="data:,"><title>{title}</title><style>{STYLE}</style></head>\n'
        f"<body><h1>{title}</h1>\n<nav>{links}</nav>\n"
        + (f'<div class="lead">{lead}</div>\n' if lead else "")
        + f"{sections}<script>{SCRIPT}</script></body></html>\n"
    )


def _part(part):
    if isinstance(part, Table):
        return _table(part)
    if isinstance(part, Picture):
        return _picture(part)
    if isinstance(part, Facts):
        pairs = (f"<dt>{html.escape(a)}</dt><dd>{html.escape(b)}</dd>" for a, b in part.pairs)
        return f"<dl>{''.join(pairs)}</dl>\n"
    if isinstance(part, Notes):
        return f"<ul>{''.join(f'<li>{html.escape(line)}</li>' for line in part.lines)}</ul>\n"
    if isinstance(part, list):
        return f'<div class="row">{"".join(map(_picture, part))}</div>\n'
    return _paragraph(part)


def _paragraph(text):
    return f"<p>{html.escape(text)}</p>\n"


def _table(table):
    heads = "".join(
        f'<th scope="col"><button type="button">{html.escape(title)}</button>{_note(note)}</th>'
        for title, note in table.head
    )
    rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>\n" for row in table.rows)
    caption = html.escape(table.caption)
    text = (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{caption}">'
        f'<table class="sorts" aria-label="{caption}"><thead><tr>{heads}</tr></thead>\n'
        f"<tbody>{rows}</tbody></table></div>\n"
    )
    if table.folded:
        return f"<details><summary>{caption}</summary>{text}</details>\n"
    # Above the box: a caption inside would scroll away with the table.
    return f'<p class="caption">{caption}</p>{text}'


def _cell(cell):
    # What has no score has an empty value, and stands last.
    value = cell.text if cell.value is None else ("" if cell.value != cell.value else cell.value)
    told = ' class="text"' if cell.value is None else (' class="best"' if cell.best else "")
    text = html.escape(cell.text)
    return f'<td{told} data-value="{html.escape(str(value))}">{text}{_note(cell.note)}</td>'


def _note(note):
    return f"<small>{html.escape(note)}</small>" if note else ""


def _picture(picture):
    data = base64.b64encode(picture.path.read_bytes()).decode("ascii")
    caption = html.escape(picture.caption)
    wide = ' class="wide" tabindex="0"' if picture.wide else ""
    return (
        f'<figure><div{wide}><img alt="{caption}" '
        f'src="data:{_TYPES[picture.path.suffix]};base64,{data}"></div>'
        f"<figcaption>{caption}</figcaption></figure>\n"
    )


def _anchor(title):
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
