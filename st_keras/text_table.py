"""Rows of cells as plain text, aligned, for terminals, logs and pipes."""

from tabulate import tabulate


def text_table(rows, left=(0,)):
    """Return a line for each row, two spaces between columns, none at the end of a line.

    Args:
        rows: list of rows of str, the heading first; all of one length.
        left: indices of the columns that are aligned to the left; the others to the right.
            Default: the first.

    Returns:
        str without a final newline.

    Example:

    >>> print(text_table([["score", "PCA"], ["mcc", "0.5"], ["mig", "-"]]))
    score  PCA
    mcc    0.5
    mig      -
    """
    sides = ["left" if k in left else "right" for k in range(len(rows[0]))]
    # The texts stay as they came: no cell is read as a number.
    text = tabulate(rows, tablefmt="plain", colalign=sides, disable_numparse=True)
    return "\n".join(line.rstrip() for line in text.splitlines())
