"""The trials as rows, text and CSV."""

import csv
import io
import json
import types

from st_keras.cli.tune.trial_table import best_of, csv_of, line_of, rows_of, table_of, values_of

ROWS = [
    {"trial": 0, "status": "completed", "score": 0.25, "values": {"a": 1, "b": "x"}, "pid": 7},
    {"trial": 1, "status": "failed", "score": None, "values": {"a": 2}, "message": "no, never"},
    {"trial": 2, "status": "completed", "score": 0.75, "values": {"a": 1, "b": "x"}},
    {"trial": 3, "status": "running", "score": None, "values": {"a": 1, "b": "x", "c": 0.1}},
]


def trial(status, score=None, **values):
    hp = types.SimpleNamespace(values=values)
    return types.SimpleNamespace(status=status, score=score, hyperparameters=hp)


def space_of(*names):
    space = [types.SimpleNamespace(name=name) for name in names]
    return lambda: types.SimpleNamespace(space=space)


def test_values_are_in_the_order_of_the_space():
    oracle = types.SimpleNamespace(get_space=space_of("a", "b", "b", "c"))
    values = values_of(trial("RUNNING", **{"tuner/epochs": 3, "c": 1, "a": 2}), oracle)
    assert list(values.items()) == [("a", 2), ("c", 1), ("tuner/epochs", 3)]


def test_rows_join_the_oracle_and_the_results(tmp_path):
    oracle = types.SimpleNamespace(
        get_space=space_of("a"),
        trials={
            "10": trial("RUNNING", a=3),
            "01": trial("FAILED", a=2),
            "00": trial("COMPLETED", score=0.30000001192, a=1),
        },
    )
    for name, result in (
        ("00", {"score": 0.3, "pid": 5, "seconds": 2.0, "history": {"loss": [1.0]}}),
        ("01", {"message": "too large", "pid": 6}),
        ("10", {"message": "of an earlier start"}),
    ):
        folder = tmp_path / "search" / f"trial_{name}"
        folder.mkdir(parents=True)
        result = {"status": "any", "values": {}, **result}
        (folder / "result.json").write_text(json.dumps(result))
    assert rows_of(oracle, tmp_path) == [
        {
            **{"trial": 0, "status": "completed", "score": 0.3, "values": {"a": 1}, "pid": 5},
            **{"seconds": 2.0, "history": {"loss": [1.0]}},
        },
        {
            **{"trial": 1, "status": "failed", "score": None, "values": {"a": 2}, "pid": 6},
            "message": "too large",
        },
        {"trial": 10, "status": "running", "score": None, "values": {"a": 3}},
    ]


def test_the_best_by_direction():
    assert best_of(ROWS, "min")["trial"] == 0 and best_of(ROWS, "max")["trial"] == 2
    assert best_of(ROWS[1:2], "min") is None


def test_the_table_marks_the_best():
    lines = table_of(ROWS, "max").splitlines()
    assert lines[0].split() == ["trial", "status", "score", "a", "b", "c"]
    assert lines[3].split() == ["2", "*", "completed", "0.75", "1", "x"]
    assert lines[2].split() == ["1", "failed", "2"]
    assert sum("*" in line for line in lines) == 1


def test_what_never_varies_is_left_out_of_the_table():
    assert table_of([ROWS[0], ROWS[2]], "min").splitlines()[0].split() == [
        *("trial", "status", "score")
    ]


def test_the_csv_has_everything():
    first, second, *_ = csv.DictReader(io.StringIO(csv_of(ROWS, "min")))
    assert (first["score"], first["best"], first["b"], first["pid"]) == ("0.25", "1", "x", "7")
    assert (second["status"], second["message"], second["b"]) == ("failed", "no, never", "")
    assert second["best"] == "0"


def test_a_line():
    assert line_of({"rate": 1 / 3, "on": True}) == "rate 0.3333, on True"
