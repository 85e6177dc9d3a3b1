"""What a report says, before it is written as HTML or Markdown."""

import dataclasses
import pathlib


@dataclasses.dataclass(frozen=True)
class Cell:
    """A number in a table.

    Attributes:
        text: str.
        value: float that the table is sorted by; None: the text.
        note: str, small print below it, such as an interval.
        best: bool. Whether it is the best of its column.
    """

    text: str
    value: float | None = None
    note: str = ""
    best: bool = False


@dataclasses.dataclass(frozen=True)
class Table:
    """Rows under headings.

    Attributes:
        caption: str, which names the protocol where there are scores.
        head: list of (title, note), such as ("MSE", "thuml, lower is better").
        rows: list of lists of `Cell`, as long as `head`.
        folded: bool. Whether it is shown once it is asked for. Default False.
    """

    caption: str
    head: list
    rows: list
    folded: bool = False


@dataclasses.dataclass(frozen=True)
class Facts:
    """What is known, by name.

    Attributes:
        pairs: list of (name, text).
    """

    pairs: list


@dataclasses.dataclass(frozen=True)
class Notes:
    """Remarks below each other.

    Attributes:
        lines: list of str.
    """

    lines: list


@dataclasses.dataclass(frozen=True)
class Picture:
    """A picture in a file.

    Attributes:
        path: pathlib.Path of a PNG or GIF.
        caption: str.
        wide: bool. Whether it scrolls on a narrow page instead of shrinking. Default False.
    """

    path: pathlib.Path
    caption: str
    wide: bool = False


@dataclasses.dataclass(frozen=True)
class Section:
    """A heading and what stands below it.

    Attributes:
        title: str.
        parts: list of str (a paragraph), `Table`, `Facts`, `Notes`, `Picture`, or list of
            `Picture` (side by side).
    """

    title: str
    parts: list


@dataclasses.dataclass(frozen=True)
class Report:
    """All of it.

    Attributes:
        title: str.
        lead: list of str, what a reader must know first.
        sections: list of `Section`.
    """

    title: str
    lead: list
    sections: list
