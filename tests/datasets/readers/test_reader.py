"""The registry of readers: ours, those that a script registers, those of other packages."""

import pathlib

import numpy as np
import pytest

from st_keras.datasets import Reader, load_array_file, register_reader
from st_keras.datasets.array_file import check_array_file, names_array_file, split_key
from st_keras.datasets.readers import reader as readers
from st_keras.datasets.readers.reader import reader, reader_names, reader_of, say_suffixes
from st_keras.validation import error
from tests.refusals import refused


def read_rows(path, variable="0"):
    return np.loadtxt(path, delimiter=",")[int(variable)]


ROWS = Reader(name="rows", suffixes=(".rows", ".rows.txt"), open=read_rows, options=("variable",))
OURS = {reader.name for reader in readers._ours().values()}


@pytest.fixture(autouse=True)
def forgotten(monkeypatch):
    monkeypatch.setattr(readers, "_REGISTERED", {})


@pytest.fixture
def entry_point(monkeypatch):
    def add(name, value):
        monkeypatch.setattr(readers, "entry_points", lambda group: {name: value})

    return add


def test_ours_by_name_and_by_suffix():
    assert {"hdf5", "npy", "npz"} <= OURS == set(reader_names()[: len(OURS)])
    assert {".h5", ".hdf5", ".npy"} < set(say_suffixes().replace(",", "").split())
    for name in OURS:
        assert reader(name).name == name
        # Files of a suffix that several have are told apart by what is in them.
        if not reader(name).detect:
            assert {reader_of(f"a{each}") for each in reader(name).suffixes} == {reader(name)}
    assert reader_of("A.HDF5") is reader("hdf5")
    assert reader_of("npy") is None and reader_of(None) is None


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_reader_of_ours_is_one_file_and_its_test(name):
    assert reader(name).open.__module__ == f"st_keras.datasets.readers.{name}"
    assert (pathlib.Path(__file__).parent / f"test_{name}.py").is_file()


def test_a_registered_reader_is_one_of_them(tmp_path):
    again = {"name": "rows", "suffixes": (".old",), "open": np.load}
    register_reader(Reader(**again))
    register_reader(ROWS)  # as a notebook does that is run again
    assert reader_of("a.old") is None
    assert reader("rows") is ROWS and reader_names()[len(OURS)] == "rows"
    assert ".rows" in say_suffixes()
    path = tmp_path / "a.rows.txt"
    path.write_text("1,2,3\n4,5,6")
    assert load_array_file(path).tolist() == [1, 2, 3]
    assert load_array_file(f"{path}:1").tolist() == [4, 5, 6]
    assert split_key("a.rows:1") == ("a.rows", "1") and names_array_file("a.rows:1")


def test_what_it_raises_is_told_as_of_our_own(tmp_path):
    register_reader(ROWS)
    path = tmp_path / "a.rows"
    refused("load_array_file: .*a.rows', which is no file", load_array_file, path)
    path.write_text("1,a")
    refused(r"a\.rows', which does not open \(ValueError: could not", load_array_file, path)


def test_a_check_of_its_own():
    def check(where, path):
        raise error(where, path, "a folder", "Make it.")

    register_reader(Reader(name="folder", suffixes=(".folder",), open=np.load, check=check))
    refused("^--data: received a.folder. Required: a fol", check_array_file, "--data", "a.folder")


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("rows", ".h5"), ("other", ".rows"), ("npz", ".lines"), ("other", ".h5")],
)
def test_what_is_taken_is_refused(name, suffix):
    register_reader(ROWS)
    new = Reader(name=name, suffixes=(suffix,), open=np.load)
    match = rf"named '{name}' of {suffix}\..*not taken; taken are .*hdf5\.h5, hdf5\.hdf5"
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
    entry_point("rows.rows", "tests.datasets.readers.test_reader:ROWS")
    assert reader_of("a.rows") is reader("rows") and reader("rows").name == "rows"
    entry_point("absent.rows", "no_such_package.reader:ROWS")
    assert "absent" in reader_names() and ".rows" in say_suffixes()
    refused("'absent.rows' of .*cannot be imported .ModuleNotFoundError", reader_of, "a.rows")
    for key in ("wrong.rows", "rows.lines"):
        entry_point(key, "tests.datasets.readers.test_reader:ROWS")
        refused(rf"entry point '{key}' of st_keras.readers: received Reader", reader_of, f"a.{key}")
    entry_point("none.rows", "tests.datasets.readers.test_reader:read_rows")
    refused("'none.rows' of st_keras.readers: received <function", reader, "none")


def test_ours_come_before_those_of_other_packages(entry_point):
    entry_point("other.npz", "no_such_package.reader:OTHER")
    assert reader_of("a.npz") is reader("npz")
    entry_point("npz.npz", "no_such_package.reader:OTHER")
    assert reader_of("a.npz").suffixes == (".npz",)
