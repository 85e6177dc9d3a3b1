import gc
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
from st_keras.datasets.readers.npz import read_npz
from tests.files.damage import encrypted, npz_bomb
from tests.refusals import refused

FRAMES = np.arange(5 * 4 * 3, dtype="uint8").reshape(5, 4, 3)


def refuses(path, match):
    assert refused(match, load_array_file, path).startswith("load_array_file: ")


def write_hdf5(path, **arrays):
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name] = array
    return path


def test_npy_is_mapped_and_read_only(tmp_path):
    np.save(tmp_path / "a.npy", FRAMES)
    array = load_array_file(tmp_path / "a.npy")
    assert isinstance(array, np.memmap) and array.dtype == np.uint8
    np.testing.assert_array_equal(array, FRAMES)
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 0


def test_npz_with_one_array_needs_no_key(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", rain=FRAMES)
    np.testing.assert_array_equal(load_array_file(str(tmp_path / "a.npz")), FRAMES)


def test_npz_key_picks_an_array(tmp_path):
    np.savez(tmp_path / "a.npz", rain=FRAMES, hours=np.arange(5))
    assert load_array_file(f"{tmp_path}/a.npz:hours").tolist() == [0, 1, 2, 3, 4]
    refuses(tmp_path / "a.npz", r"2 arrays \(rain, hours\).*exactly one.*a\.npz:rain")
    refuses(f"{tmp_path}/a.npz:snow", "'snow'.*one of rain, hours")
    refuses(f"{tmp_path}/a.npz:", "array name ''")


@pytest.mark.parametrize("name", ["a.h5", "a.hdf5", "A.H5"])
def test_hdf5_stays_in_its_file(tmp_path, name):
    path = write_hdf5(tmp_path / name, **{"y2019/rain": FRAMES})
    for spec in (path, f"{path}:y2019/rain", f"{path}:/y2019/rain"):
        dataset = load_array_file(spec)
        gc.collect()
        assert isinstance(dataset, h5py.Dataset) and dataset.file.mode == "r"
        np.testing.assert_array_equal(dataset[:], FRAMES)
    del dataset
    write_hdf5(tmp_path / "two.h5", rain=FRAMES, **{"time/scan": np.arange(5)})
    assert load_array_file(f"{tmp_path}/two.h5:time/scan")[...].tolist() == [0, 1, 2, 3, 4]
    refuses(tmp_path / "two.h5", r"2 arrays \(rain, time/scan\).*exactly one.*two\.h5:rain")
    refuses(f"{tmp_path}/two.h5:time", "'time'.*one of rain, time/scan")
    refuses(write_hdf5(tmp_path / "no.h5"), "0 arrays")
    refuses(write_hdf5(tmp_path / "e.h5", a=np.zeros((0, 4))), r"shape \(0, 4\), without elements")
    refuses(write_hdf5(tmp_path / "f.h5", a=h5py.Empty("f4")), "0 arrays")
    np.save(tmp_path / "b.npy", FRAMES)
    (tmp_path / "b.npy").rename(tmp_path / "b.h5")
    refuses(tmp_path / "b.h5", "does not open.*a whole file as its ending says")


def test_names_of_files_and_of_arrays_in_them():
    assert split_key("a.npz:b:c") == ("a.npz", "b:c")
    assert split_key("a.npz:") == ("a.npz", "")
    assert split_key("C:/x.npy") == ("C:/x.npy", None)
    assert [takes_variable(name) for name in ("a.npz", "a.h5", "a.npy")] == [True, True, False]
    for name in ("a.npy", "a.npz", "a.NPZ:k", "a.h5:g/k", "a.hdf5"):
        assert names_array_file(name)
    for name in ("a.npy:k", "digits", "modes:two_digits", "a.csv", "npy"):
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
    refuses(tmp_path, "ends in .npy, .npz, .h5 or .hdf5")
    refuses(None, "ends in .npy, .npz, .h5 or .hdf5")
    (tmp_path / "a.nc").write_bytes(b"x")
    refuses(tmp_path / "a.nc", "ends in .npy, .npz, .h5.*numpy.save")
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


def test_read_npz_reads_only_what_is_asked(tmp_path):
    np.savez(tmp_path / "a.npz", a=np.arange(2), b=np.array([{}], dtype=object))
    content = read_npz("test", tmp_path / "a.npz", ["a", "absent"])
    assert content["b"] is None and content["a"].tolist() == [0, 1] and len(content) == 2
    refused(r"^test: .*pickled", read_npz, "test", tmp_path / "a.npz")


def test_detecting_digits_does_not_read_a_large_array(tmp_path, monkeypatch):
    np.save(tmp_path / "frames.npy", np.zeros((4, 4)))
    monkeypatch.setattr(np, "load", None)  # calling it would raise
    assert detect_digit_file(tmp_path / "frames.npy") is False


def test_what_expands_too_far_is_not_unpacked(tmp_path):
    path = npz_bomb(tmp_path / "a.npz")
    refuses(path, r"a\.npz', which would unpack to 300\.0 MB, .*pass it uncompressed")
    assert not detect_digit_file(path)


def test_an_encrypted_archive_is_refused(tmp_path):
    np.savez(tmp_path / "a.npz", a=FRAMES)
    (tmp_path / "a.npz").write_bytes(encrypted((tmp_path / "a.npz").read_bytes()))
    refuses(tmp_path / "a.npz", "does not open .RuntimeError: .*encrypted")


@pytest.mark.needs_data
def test_radar_that_is_mostly_dry_is_read(data_file):
    """It expands 33 times, to 100 MB: more than any file may, were it not for what it has."""
    path = data_file("radar_knmi_20100826_5min.npz")
    assert load_array_file(f"{path}:precip_hundredths_mm").nbytes > 90_000_000
