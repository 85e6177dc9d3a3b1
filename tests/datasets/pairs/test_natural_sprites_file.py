import itertools

import numpy as np
import pytest

from st_keras.datasets.pairs.natural_sprites_file import read_natural_transitions
from tests.datasets.pairs.natural_files import random_rows, write_table


def refuses(path, match):
    with pytest.raises(ValueError, match=match) as info:
        read_natural_transitions("NaturalSprites", path)
    assert "Required:" in str(info.value) and str(info.value).startswith("NaturalSprites: ")


def test_transitions_of_a_small_table(tmp_path):
    a, b, c, d = (10.5, 3.0, 20), (11.0, 4.0, 21), (30.0, 60.0, 7), (1.0, 2.0, 3)
    rows = [
        [[a, None, c], [b, c, None], [c, d, None]],
        [[a, a, a], None, [b, b, b]],  # neighbours are columns side by side
        [],
        [[d, None, None]],
    ]
    got = read_natural_transitions("doc", write_table(tmp_path / "a.csv", rows))
    wanted = [[a, b], [b, c], [c, d]]
    swapped = [[(x, y, area) for y, x, area in pair] for pair in wanted]
    np.testing.assert_array_equal(got, swapped)
    assert got.dtype == np.float64


def test_agrees_with_a_plain_count(tmp_path):
    rows = random_rows(np.random.default_rng(0), windows=4)
    wanted = [
        [(pair[0][1], pair[0][0], pair[0][2]), (pair[1][1], pair[1][0], pair[1][2])]
        for row in rows
        for left, right in itertools.pairwise(row)
        if left and right
        for pair in zip(left, right, strict=True)
        if all(pair)
    ]
    assert len(wanted) > 50
    got = read_natural_transitions("doc", write_table(tmp_path / "a.csv", rows))
    np.testing.assert_array_equal(got, wanted)


GOOD = "[(1.0, 2.0, 3)]"


@pytest.mark.parametrize(
    "cell",
    [
        "[(1.0, 2.0)]",
        "[(1.0, 2.0, 3, 4)]",
        "[(1.0, 2.0, 3)",
        "(1.0, 2.0, 3)",
        "[1.0, 2.0, 3]",
        "[(1.0, 'a', 3)]",
        "[(1.0, nan, 3)]",
        "[(1.0, NaN, 3)]",
        "[(1.0, 2.0, 0)]",
        "[(1.0, 2.0, 4097)]",
        "[(-1.0, 2.0, 3)]",
        "[(1.0, 64.5, 3)]",
        "5",
        "__import__('os').mkdir('trace')",
        "[" * 100000,
    ],
)
def test_broken_cells_are_named(tmp_path, cell, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = write_table(tmp_path / "a.csv", [[GOOD, GOOD], [GOOD, GOOD, cell]])
    refuses(path, r"in row 3, column t_2 of .*Required: an empty cell, or a list of None")
    assert not (tmp_path / "trace").exists()


def test_broken_tables(tmp_path):
    path = tmp_path / "a.csv"
    refuses(path, "which is no file")
    refuses(write_table(path, []), "without a transition")
    refuses(write_table(path, [[GOOD], [GOOD, None, GOOD]]), "without a transition")
    refuses(
        write_table(path, [[GOOD, GOOD, GOOD]], columns=2), "5 cells in row 2 of .*2 to 4 cells"
    )
    path.write_text("id,cat_id,t_0\n7\n")
    refuses(path, "1 cells in row 2")
    for header in ("", "a,b,c\n1,2,3\n", "id,cat_id\n1,2\n"):
        path.write_text(header)
        refuses(path, "with the header .*columns id, cat_id, t_0")
    path.write_bytes(b"id,cat_id,t_0\n\xff\xfe\n")
    refuses(path, "which does not open .UnicodeDecodeError")
    path.write_text("id,cat_id,t_0,t_1\n1,2," + "1" * 200000)
    refuses(path, "which does not open .Error: field larger")


def test_a_truncated_file_names_its_last_cell(tmp_path):
    rows = random_rows(np.random.default_rng(1))
    path = write_table(tmp_path / "a.csv", rows)
    text = path.read_text()
    path.write_text(text[: text.rindex(",")])
    refuses(path, r"in row \d+, column t_\d")
