"""The table of Natural Sprites: where objects of a video lie, frame by frame."""

import csv
import json
import math

import numpy as np

from st_keras.files.damaged_file import refuse_damaged
from st_keras.validation import check_file, error

WINDOW = 64  # pixels; the table counts in them
_FIRST_COLUMNS = ["id", "cat_id", "t_0"]

# The cells are Python literals; with these changes they are JSON, which cannot say more than
# lists and numbers, and is parsed much faster.
_TO_JSON = str.maketrans("()", "[]")


def read_natural_transitions(where, path):
    r"""Read all transitions of an object between neighbouring annotated frames.

    Args:
        where: str. Who asks; the errors begin with it.
        path: str or path of the csv, `downscale_keepaspect.csv` as published: columns
            `id,cat_id,t_0,t_1,...`; a row per object. A cell is empty where the object is not
            annotated, else a list with, per 64x64 window of the frame, `(y, x, area)` in pixels
            or None.

    Returns:
        float64 (N, 2, 3): x, y and area at both frames, in pixels, of each window that shows the
        object in two columns side by side. In the order of rows, columns, windows.

    Raises:
        ValueError: if the file is missing, no such table, has a broken cell (row, column and
            content are named) or no transition.

    Example:
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "a.csv"
    ...     size = path.write_text('id,cat_id,t_0,t_1\n'
    ...                            '7,1,"[(9.5, 3.0, 20), None]","[(9.0, 4.0, 21), None]"\n')
    ...     read_natural_transitions("doc", path).tolist()
    [[[3.0, 9.5, 20.0], [4.0, 9.0, 21.0]]]
    """
    path = check_file(where, path)
    with (
        refuse_damaged(where, path, "a csv file in UTF-8", "Pass downscale_keepaspect.csv."),
        open(path, newline="", encoding="utf-8") as file,
    ):
        transitions = list(_transitions(where, path, csv.reader(file)))
    if not transitions:
        raise error(
            where,
            f"{str(path)!r} without a transition",
            "an object in one window in two columns side by side",
            "Copy or download the file again if it is truncated.",
        )
    return np.array(transitions)


def _transitions(where, path, rows):
    header = next(rows, [])
    if header[:3] != _FIRST_COLUMNS:
        raise error(
            where,
            f"{str(path)!r} with the header {', '.join(header[:4])[:80]!r}",
            f"columns {', '.join(_FIRST_COLUMNS)}, ...",
            "Pass downscale_keepaspect.csv as published.",
        )
    for row in rows:
        if not row:
            continue
        if len(row) < 2 or len(row) > len(header):
            raise error(
                where,
                f"{len(row)} cells in row {rows.line_num} of {str(path)!r}",
                f"2 to {len(header)} cells, as the header has columns",
                "Copy or download the file again.",
            )
        before = []
        for column, cell in zip(header[2:], row[2:], strict=False):
            try:
                now = _parse(cell)
            except (ValueError, TypeError, OverflowError, RecursionError):
                raise error(
                    where,
                    f"{cell[:60]!r} in row {rows.line_num}, column {column} of {str(path)!r}",
                    f"an empty cell, or a list of None and (y, x, area) with 0 <= y, x <= {WINDOW} "
                    f"and 0 < area <= {WINDOW**2}",
                    "Mend the cell or copy the file again.",
                ) from None
            for one, two in zip(before, now, strict=False):
                if one and two:
                    yield one, two
            before = now


def _parse(cell):
    """`[(x, y, area) or None, ...]` of a cell; raises what comes if it holds anything else."""
    if not cell:
        return []
    windows = []
    for window in json.loads(cell.translate(_TO_JSON).replace("None", "null")):
        if window is None:
            windows.append(None)
            continue
        y, x, area = map(float, window)
        inside = 0 <= y <= WINDOW and 0 <= x <= WINDOW and 0 < area <= WINDOW**2
        if not inside or not math.isfinite(y + x + area):
            raise ValueError
        windows.append((x, y, area))
    return windows
