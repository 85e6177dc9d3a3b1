"""A state file is whole and what was written, or says why not; nothing is half-written."""

import errno
import json
import os

import ml_dtypes
import numpy as np
import pytest
import tensorflow as tf

from st_keras.training.resume import state_file
from st_keras.training.resume.state_file import (
    DamagedStateError,
    check_storable,
    read_state,
    write_state,
)
from tests.files.damage import encrypted, flipped

CONTENT = {
    "position": 12,
    "none": None,
    "numbers": [0.1, float("inf"), -3, True, "text"],
    "nested": {"a": [{"b": np.arange(6, dtype="int64").reshape(2, 3)}]},
    "scalar": np.float32(0.25),
    "zero": np.zeros((), "float32"),
    "empty": np.zeros((0, 3), "uint8"),
    "tensor": tf.constant([1.5, 2.5]),
}


def test_what_was_written_comes_back(tmp_path):
    path = tmp_path / "state.npz"
    write_state(path, CONTENT)
    back = read_state(path)
    assert {k: back[k] for k in ("position", "none", "numbers", "scalar")} == {
        k: CONTENT[k] for k in ("position", "none", "numbers", "scalar")
    }
    for given, found in (
        (CONTENT["nested"]["a"][0]["b"], back["nested"]["a"][0]["b"]),
        (CONTENT["zero"], back["zero"]),
        (CONTENT["empty"], back["empty"]),
        (CONTENT["tensor"].numpy(), back["tensor"]),
    ):
        assert found.dtype == given.dtype
        np.testing.assert_array_equal(found, given, strict=True)
    assert os.listdir(tmp_path) == ["state.npz"]


@pytest.mark.parametrize("dtype", [ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn, np.float16, bool])
def test_types_that_numpy_cannot_store(dtype, tmp_path):
    given = np.array([[0.5, 1.0, 0.0]]).astype(dtype)
    write_state(tmp_path / "state.npz", {"a": given, "b": given[0, 0, ...].reshape(())})
    back = read_state(tmp_path / "state.npz")
    assert back["a"].dtype == back["b"].dtype == dtype
    assert back["a"].tobytes() == given.tobytes()
    assert back["b"].shape == ()


def test_no_pickle_is_read(tmp_path):
    np.savez(tmp_path / "state.npz", manifest=np.array([{}], object))
    with pytest.raises(DamagedStateError, match="allow_pickle=False"):
        read_state(tmp_path / "state.npz")


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ({1}, "a set"),
        (np.array([{}], object), "an array of object"),
        (np.zeros(1, [("a", "int32")]), "an array of void32"),
        (np.datetime64("2026-01-01"), "an array of datetime64"),
        (tf.constant("text"), "an array of object"),
        (object(), "a object"),
    ],
)
def test_refuses_what_cannot_be_stored(value, what, tmp_path):
    with pytest.raises(ValueError, match=f"a training state with {what}.* at .'b'..0..'c'., which"):
        write_state(tmp_path / "state.npz", {"a": 1, "b": [{"c": value}]})
    assert not os.listdir(tmp_path)
    check_storable(CONTENT, "this")


def test_single_numbers_of_any_type(tmp_path):
    given = {"a": ml_dtypes.bfloat16(0.5), "b": np.bool_(True), "c": np.complex64(1j)}
    write_state(tmp_path / "state.npz", given)
    assert read_state(tmp_path / "state.npz") == given


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_cut_off(part, tmp_path):
    path = tmp_path / "state.npz"
    write_state(path, CONTENT)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(part * len(whole))])
    with pytest.raises(DamagedStateError):
        read_state(path)


def test_no_flipped_bit_passes(tmp_path):
    path = tmp_path / "state.npz"
    write_state(path, {"position": 12, "tensor": CONTENT["tensor"]})
    whole = path.read_bytes()
    path.write_bytes(encrypted(whole))
    with pytest.raises(DamagedStateError, match="encrypted"):
        read_state(path)
    # Of the last member's head and of the directory, and some of the rest.
    directory = range(8 * whole.rindex(b"PK\x03\x04"), 8 * len(whole), 7)
    some = np.random.default_rng(0).integers(8 * len(whole), size=100).tolist()
    for changed in flipped(whole, [*directory, *some]):
        path.write_bytes(changed)
        try:
            back = read_state(path)
        except DamagedStateError:
            continue
        # A bit that says nothing, such as the time in the ZIP directory.
        assert back["position"] == 12
        np.testing.assert_array_equal(back["tensor"], [1.5, 2.5])


def rewritten(path, change):
    """Change manifest and arrays, as somebody with a ZIP program could."""
    with np.load(path) as file:
        arrays = dict(file)
    manifest = json.loads(arrays["manifest"].tobytes())
    change(manifest, arrays)
    arrays["manifest"] = np.frombuffer(json.dumps(manifest).encode(), "uint8")
    np.savez(path, **arrays)


def test_another_manifest(tmp_path):
    write_state(tmp_path / "state.npz", CONTENT)
    rewritten(tmp_path / "state.npz", lambda m, a: m["content"].update(position=13))
    with pytest.raises(DamagedStateError, match="its manifest is not the one that was written"):
        read_state(tmp_path / "state.npz")


def test_another_array(tmp_path):
    write_state(tmp_path / "state.npz", CONTENT)
    rewritten(tmp_path / "state.npz", lambda m, a: a.update(array_0=a["array_0"] + 1))
    with pytest.raises(DamagedStateError, match="array 0 is not the one that was written"):
        read_state(tmp_path / "state.npz")


def test_no_manifest(tmp_path):
    np.savez(tmp_path / "state.npz", array_0=np.zeros(2))
    with pytest.raises(DamagedStateError, match="it has no 'manifest'"):
        read_state(tmp_path / "state.npz")


def test_another_format(tmp_path, monkeypatch):
    monkeypatch.setattr(state_file, "FORMAT", 1)
    write_state(tmp_path / "state.npz", CONTENT)
    monkeypatch.undo()
    with pytest.raises(ValueError, match=r"a training state of format 1. Required: format 2"):
        read_state(tmp_path / "state.npz")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_failure_leaves_what_was_there(code, tmp_path, monkeypatch):
    path = tmp_path / "state.npz"
    write_state(path, CONTENT)
    before = path.read_bytes()

    def fail(file, arrays):
        file.write(b"half of it")
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(state_file, "write_bytes", fail)
    with pytest.raises(
        ValueError, match=f"ExactResume: .*{os.strerror(code)} when .* older states are .*room"
    ):
        write_state(path, {"position": 13})
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["state.npz"]


def test_file_and_name_are_durable_before_it_returns(tmp_path, monkeypatch):
    calls = []
    sync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: calls.append("sync") or sync(fd))
    monkeypatch.setattr(os, "replace", lambda a, b: calls.append("replace") or replace(a, b))
    write_state(tmp_path / "state.npz", CONTENT)
    assert calls == ["sync", "replace", "sync"]
