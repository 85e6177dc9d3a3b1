import pickle
import zipfile

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from st_keras.datasets import detect_digit_file, load_array_file
from st_keras.datasets.array_file import (
    check_array_file,
    names_array_file,
    split_key,
    takes_variable,
)
from tests.refusals import refused

FRAMES = np.arange(5 * 4 * 3, dtype="uint8").reshape(5, 4, 3)


def refuses(path, match):
    said = refused(match, load_array_file, path)
    assert said.startswith(("load_array_file: ", "variable: "))


def write_hdf5(path, **arrays):
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name] = array
    return path


def test_names_of_files_and_of_arrays_in_them():
    assert split_key("a.npz:b:c") == ("a.npz", "b:c")
    assert split_key("a.npz:") == ("a.npz", "")
    assert split_key("C:/x.npy") == ("C:/x.npy", None)
    assert [takes_variable(name) for name in ("a.npz", "a.h5", "a.npy")] == [True, True, False]
    for name in ("a.npy", "a.npz", "a.NPZ:k", "a.h5:g/k", "a.hdf5"):
        assert names_array_file(name)
    for name in ("a.npy:k", "digits", "modes:two_digits", "a.unknown", "npy"):
        assert not names_array_file(name)


def test_what_is_refused_before_it_is_opened(tmp_path):
    np.savez(tmp_path / "f.npz", rain=FRAMES)
    check_array_file("--data", f"{tmp_path}/f.npz:rain")
    check_array_file("--data", "digits")
    check_array_file("--data", f"{__file__}:key")  # ends as no array does: refused elsewhere
    refused(
        r"^--warmup: received path 'g\.h5', which is no file",
        check_array_file,
        "--warmup",
        "g.h5:a",
    )
    (tmp_path / "e.npy").touch()
    refused(r"^--data: .*e\.npy', an empty file", check_array_file, "--data", tmp_path / "e.npy")


def test_missing_and_foreign_files(tmp_path):
    refuses(tmp_path / "no.npy", "which is no file.*an existing file")
    refuses(tmp_path, "ends in .*.h5, .hdf5, .*.npy.* .npz")
    refuses(None, "ends in .*.h5, .hdf5, .*.npy.* .npz")
    (tmp_path / "a.unknown").write_bytes(b"x")
    refuses(tmp_path / "a.unknown", "ends in .*.h5, .hdf5.*numpy.save")
    (tmp_path / "a.npy").write_text("1,2,3")
    refuses(tmp_path / "a.npy", "does not open")
    (tmp_path / "folder.npy").mkdir()
    refuses(tmp_path / "folder.npy", "which is no file")


@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.h5"])
def test_empty_file(tmp_path, name):
    (tmp_path / name).touch()
    refuses(tmp_path / name, "an empty file")


@pytest.mark.parametrize("name", ["a.npy", "a.npz"])
def test_pickled_content_is_refused_and_never_run(tmp_path, name):
    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("the pickle was executed",))

    (tmp_path / name).write_bytes(pickle.dumps(Trap()))
    refuses(tmp_path / name, "does not open.*no pickled objects")
    save = np.save if name == "a.npy" else np.savez
    save(tmp_path / name, np.array([{}, "x"], dtype=object))
    refuses(tmp_path / name, "does not open.*no pickled objects")


def test_suffix_and_content_disagree(tmp_path):
    np.savez(tmp_path / "a.npz", a=FRAMES)
    np.save(tmp_path / "b.npy", FRAMES)
    (tmp_path / "a.npz").rename(tmp_path / "zip.npy")
    (tmp_path / "b.npy").rename(tmp_path / "array.npz")
    refuses(tmp_path / "zip.npy", "does not open.*magic string")
    refuses(tmp_path / "array.npz", "a single array, not a zip archive")


def test_arrays_without_elements_and_members_that_are_no_arrays(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((0, 4, 4)))
    refuses(tmp_path / "a.npy", r"shape \(0, 4, 4\), without elements")
    np.savez(tmp_path / "none.npz")
    refuses(tmp_path / "none.npz", "0 arrays")
    with zipfile.ZipFile(tmp_path / "text.npz", "w") as archive:
        archive.writestr("readme.txt", "hello")
    refuses(tmp_path / "text.npz", "0 arrays")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), suffix=st.sampled_from([".npy", ".npz", ".h5"]))
def test_truncated_or_altered_files_never_leak_a_raw_error(tmp_path_factory, data, suffix):
    path = tmp_path_factory.mktemp("fuzz") / f"a{suffix}"
    if suffix == ".npy":
        np.save(path, FRAMES)
    elif suffix == ".npz":
        np.savez_compressed(path, a=FRAMES)
    else:
        write_hdf5(path, a=FRAMES)
    content = path.read_bytes()
    cut = data.draw(st.integers(0, len(content) - 1))
    path.write_bytes(content[:cut])
    refuses(path, "Required:")
    path.unlink()  # HDF5 may still hold it open
    altered = bytearray(content)
    altered[cut] ^= data.draw(st.integers(1, 255))
    path.write_bytes(bytes(altered))
    try:
        load_array_file(path)
    except ValueError as exc:
        assert "Required:" in str(exc)


def test_detect_digit_file(tmp_path):
    np.savez(tmp_path / "digits.npz", x_train=FRAMES, x_test=FRAMES, y_test=FRAMES)
    np.savez(tmp_path / "radar.npz", x_train=FRAMES)
    np.save(tmp_path / "a.npy", FRAMES)
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04")
    assert detect_digit_file(tmp_path / "digits.npz")
    assert not any(
        detect_digit_file(tmp_path / name) for name in ("radar.npz", "a.npy", "broken.npz", "no")
    )


def test_detecting_digits_does_not_read_a_large_array(tmp_path, monkeypatch):
    np.save(tmp_path / "frames.npy", np.zeros((4, 4)))
    monkeypatch.setattr(np, "load", None)  # calling it would raise
    assert detect_digit_file(tmp_path / "frames.npy") is False
