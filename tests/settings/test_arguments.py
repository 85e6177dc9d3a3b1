"""Settings as arguments, from values, from records and from files."""

import datetime
import pathlib
from dataclasses import dataclass

import pytest

from st_keras.settings import value_types as types
from st_keras.settings.arguments import arguments_of, file_arguments, file_values
from st_keras.settings.setting import pair, setting, switch
from tests.refusals import refused


@dataclass(frozen=True, kw_only=True)
class Several:
    """One of each kind."""

    path: pathlib.Path = setting(types.path, flag=None)
    filters: tuple | None = setting(types.whole_numbers, None)
    missing_value: float | None = setting(types.reals_or_none, None)
    resume: bool = switch()
    layer_norm: bool | None = pair()
    warmup: str | bool | None = setting(default=None, kind="optional")
    no_memory: bool = switch()
    batch_size: int | None = setting(types.whole(1), None, also=("--batch",))


@pytest.mark.parametrize(
    ("values", "arguments"),
    [
        ({}, []),
        ({"path": pathlib.Path("a b"), "filters": (8, 8)}, ["a b", "--filters=8,8"]),
        ({"filters": [8], "missing_value": -1e30}, ["--filters=8", "--missing-value=-1e+30"]),
        ({"filters": [False, True]}, ["--filters=off,on"]),
        ({"resume": True, "layer_norm": True}, ["--resume", "--layer-norm"]),
        ({"resume": False, "layer_norm": False}, ["--no-layer-norm"]),
        ({"warmup": True}, ["--warmup"]),
        ({"warmup": "f.npy", "missing_value": 0}, ["--missing-value=0", "--warmup=f.npy"]),
    ],
)
def test_arguments(values, arguments):
    assert arguments_of(Several, values) == arguments


def test_a_file_has_the_names_of_flags():
    content = {"missing-value": "nan", "filters": [4, 4], "resume": True, "layer-norm": None}
    expected = ["--filters=4,4", "--missing-value=nan", "--resume"]
    assert file_arguments(Several, content, "run.yaml") == expected


@pytest.mark.parametrize(
    ("content", "values"),
    [
        ({"batch": 4}, {"batch_size": 4}),
        ({"memory": False}, {"no_memory": True}),
        ({"memory": True}, {"no_memory": False}),
        ({"no-memory": True}, {"no_memory": True}),
    ],
)
def test_further_names_in_a_file(content, values):
    assert file_values(Several, content, "suite.yaml: train", "the flags") == values


def test_who_reads_a_file_is_told():
    refused(
        "^suite.yaml: train: received 'filter' in it",
        file_values,
        Several,
        {"filter": 1},
        "suite.yaml: train",
        "it",
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, r"'run\.yaml', which holds no settings\. Required: a line `FLAG: VALUE` for each"),
        (["filters"], "which holds no settings"),
        ({"filter": 3}, r"'filter' in 'run\.yaml'\. Required: flags .*; the nearest is filters\."),
        ({"missing_value": 3}, "the nearest is missing-value"),
        ({3: 3}, "3 in 'run.yaml'. Required: flags of this command"),
        ({"path": "x"}, "'path' in"),
        ({"memory": 3}, "'memory' in"),
        ({"filters": {"a": 1}}, r"a dict for 'filters' in .*Required: a number, text"),
        ({"filters": [[1]]}, "a list for 'filters'"),
        ({"warmup": datetime.date(2026, 1, 1)}, "a date for 'warmup'.*between quotes"),
    ],
)
def test_refused_files(content, reason):
    with pytest.raises(ValueError, match=f"--config: received .*{reason}"):
        file_arguments(Several, content, "run.yaml")
