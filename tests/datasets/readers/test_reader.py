"""The registry of readers: ours, those that a script registers, those of other packages."""

import types

import numpy as np
import pytest

from st_keras.datasets import Reader, load_array_file, register_reader
from st_keras.datasets.array_file import check_array_file, names_array_file, split_key
from st_keras.datasets.readers import reader as readers
from st_keras.datasets.readers.reader import reader, reader_names, reader_of, say_suffixes
from tests.refusals import refused


def read_text(path, variable="0"):
    return np.loadtxt(path, delimiter=",")[int(variable)]


CSV = Reader(name="text", suffixes=(".csv", ".csv.txt"), open=read_text, options=("variable",))


@pytest.fixture(autouse=True)
def forgotten(monkeypatch):
    monkeypatch.setattr(readers, "_REGISTERED", {})


@pytest.fixture
def entry_point(monkeypatch):
    def add(name, value):
        found = [types.SimpleNamespace(name=name, value=value)]
        monkeypatch.setattr(readers, "entry_points", lambda group: found)

    return add


def test_ours_by_name_and_by_suffix():
    assert reader_names()[:3] == ("npy", "npz", "hdf5")
    assert say_suffixes().startswith(".npy, .npz, .h5")
    for name in reader_names()[:3]:
        assert reader(name).name == name
        assert {reader_of(f"a{each}") for each in reader(name).suffixes} == {reader(name)}
    assert reader_of("A.HDF5") is reader("hdf5")
    assert reader_of("npy") is None and reader_of(None) is None


def test_a_registered_reader_is_one_of_them(tmp_path):
    register_reader(CSV)
    register_reader(CSV)  # as a notebook does that is run again
    assert reader("text") is CSV and reader_names()[3] == "text"
    assert ".csv" in say_suffixes()
    path = tmp_path / "a.csv.txt"
    path.write_text("1,2,3\n4,5,6")
    assert load_array_file(path).tolist() == [1, 2, 3]
    assert load_array_file(f"{path}:1").tolist() == [4, 5, 6]
    assert split_key("a.csv:1") == ("a.csv", "1") and names_array_file("a.csv:1")


def test_what_it_raises_is_told_as_of_our_own(tmp_path):
    register_reader(CSV)
    path = tmp_path / "a.csv"
    refused("load_array_file: .*a.csv', which is no file", load_array_file, path)
    path.write_text("1,a")
    refused(r"a\.csv', which does not open \(ValueError: could not", load_array_file, path)


def test_a_check_of_its_own():
    def check(where, path):
        assert (where, path) == ("--data", "absent.zarr")

    register_reader(Reader(name="zarr", suffixes=(".zarr",), open=np.load, check=check))
    check_array_file("--data", "absent.zarr")


@pytest.mark.parametrize(
    ("name", "suffix"), [("text", ".tsv"), ("other", ".csv"), ("npz", ".tsv"), ("other", ".h5")]
)
def test_what_is_taken_is_refused(name, suffix):
    register_reader(CSV)
    new = Reader(name=name, suffixes=(suffix,), open=np.load)
    match = rf"named '{name}' of {suffix}\..*not taken; taken are npy\.npy, .*text\.csv\.txt"
    refused(match, register_reader, new)


def test_something_else_is_refused():
    refused(
        r"register_reader: received <function.*st_keras.datasets.Reader", register_reader, np.load
    )
    refused(r"name='tyo'", reader, "tyo")


@pytest.mark.parametrize(
    "name, suffixes", [("a.b", (".c",)), ("a", ".c"), ("a", ("c",)), ("a", (".C",)), ("a", ())]
)
def test_names_and_suffixes(name, suffixes):
    refused("a name without dots", Reader, name=name, suffixes=suffixes, open=np.load)


def test_readers_of_other_packages_are_imported_when_named(entry_point):
    entry_point("text.csv", "tests.datasets.readers.test_reader:CSV")
    assert reader_of("a.csv") is reader("text") and reader("text").name == "text"
    entry_point("absent.csv", "no_such_package.reader:CSV")
    assert "absent" in reader_names() and ".csv" in say_suffixes()
    with pytest.raises(ModuleNotFoundError):
        reader_of("a.csv")
    for key in ("wrong.csv", "text.tsv"):
        entry_point(key, "tests.datasets.readers.test_reader:CSV")
        refused(rf"entry point '{key}' of st_keras.readers: received Reader", reader_of, f"a.{key}")
    entry_point("none.csv", "tests.datasets.readers.test_reader:read_text")
    refused("'none.csv' of st_keras.readers: received <function", reader, "none")


def test_ours_come_before_those_of_other_packages(entry_point):
    entry_point("other.npz", "no_such_package.reader:OTHER")
    assert reader_of("a.npz") is reader("npz")
    entry_point("npz.npz", "no_such_package.reader:OTHER")
    assert reader_of("a.npz").suffixes == (".npz",)
