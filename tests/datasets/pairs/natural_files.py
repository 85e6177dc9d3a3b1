"""Small tables in the format of Natural Sprites."""

import csv


def write_table(path, rows, columns=None):
    """Write rows of cells (Python values; None is an empty cell) as the published script did."""
    columns = max((len(row) for row in rows), default=1) if columns is None else columns
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "cat_id", *(f"t_{i}" for i in range(columns))])
        for i, row in enumerate(rows):
            writer.writerow([100 + i, 1 + i % 40, *row])
    return path


def random_rows(generator, num_rows=30, columns=6, windows=3):
    """Rows with gaps: objects leave windows, and frames lack annotation."""

    def window():
        if generator.random() < 0.3:
            return None
        y, x = generator.uniform(1, 63, 2)
        return (float(y), float(x), int(generator.integers(1, 1500)))

    def cell():
        return None if generator.random() < 0.2 else [window() for _ in range(windows)]

    # The published rows end with their videos, before the last column.
    return [[cell() for _ in range(generator.integers(0, columns + 1))] for _ in range(num_rows)]
