"""A report as Markdown, whose pictures lie beside it."""

import re

from st_keras.cli.report.document import Facts, Notes, Picture, Table

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")


def markdown_page(report, folder):
    r"""Return the page as text.

    Args:
        report: `Report`.
        folder: path of the folder it is written to, from which pictures are linked.

    Example:

    >>> from st_keras.cli.report.document import Report, Section
    >>> print(markdown_page(Report("PredRNN", ["Better."], [Section("How", ["a_b"])]), "."))
    # PredRNN
    <BLANKLINE>
    Better.
    <BLANKLINE>
    ## How
    <BLANKLINE>
    a\_b
    """
    blocks = [f"# {_plain(report.title)}", *map(_plain, report.lead)]
    for section in report.sections:
        blocks.append(f"## {_plain(section.title)}")
        for part in section.parts:
            blocks += [_part(each, folder) for each in (part if isinstance(part, list) else [part])]
    return "\n\n".join(blocks)


def _part(part, folder):
    if isinstance(part, Table):
        return _table(part)
    if isinstance(part, Picture):
        path = part.path.relative_to(folder).as_posix()
        return f"![{_plain(part.caption)}]({path})\n\n{_plain(part.caption)}"
    if isinstance(part, Facts):
        return "\n".join(f"- {_plain(name)}: {_plain(text)}" for name, text in part.pairs)
    if isinstance(part, Notes):
        return "\n".join(f"- {_plain(line)}" for line in part.lines)
    return _plain(part)


def _table(table):
    heads = [_with_note(_plain(title), note) for title, note in table.head]
    rows = [
        [
            _with_note(f"**{_plain(cell.text)}**" if cell.best else _plain(cell.text), cell.note)
            for cell in row
        ]
        for row in table.rows
    ]
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return f"{_plain(table.caption)}\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in lines)


def _with_note(shown, note):
    return f"{shown} ({_plain(note)})" if note else shown


def _plain(text):
    """Return text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", text).replace("\n", " ")
