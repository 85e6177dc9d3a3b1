"""Times in files: as datetime64, as text, and as numbers with a unit."""

import h5py
import numpy as np
import pytest

from st_keras.datasets.archives.time_file import load_times
from tests.refusals import refused

TIMES = np.datetime64("2026-06-01T00:00") + 5 * np.arange(4).astype("m8[m]")
SECONDS = TIMES.astype("M8[s]").astype("int64")


def refuses(path, match):
    refused(match, load_times, path)


@pytest.fixture
def hdf5(tmp_path):
    """Function that writes an array and its attributes, and returns what to call it."""

    def write(array, **attributes):
        name = f"{len(list(tmp_path.iterdir()))}.h5"
        with h5py.File(tmp_path / name, "w") as file:
            file["frames"] = np.zeros((4, 2, 2))
            file["time"] = array
            file["time"].attrs.update(attributes)
        return f"{tmp_path / name}:time"

    return write


def test_numpy_files(tmp_path):
    np.save(tmp_path / "times.npy", TIMES)
    loaded = load_times(tmp_path / "times.npy")
    assert loaded.dtype == TIMES.dtype and (loaded == TIMES).all()
    np.savez(tmp_path / "times.npz", times=TIMES.reshape(2, 2), other=SECONDS)
    assert (load_times(f"{tmp_path}/times.npz:times") == TIMES.reshape(2, 2)).all()
    np.save(tmp_path / "text.npy", TIMES.astype(str))
    assert (load_times(tmp_path / "text.npy") == TIMES).all()


@pytest.mark.parametrize("suffix", ["", "Z", " UTC", "+00:00"])
def test_text(hdf5, suffix):
    text = [str(time) + suffix for time in TIMES]
    assert (load_times(hdf5(text)) == TIMES).all()
    assert (load_times(hdf5([each.replace("T", " ", 1).encode() for each in text])) == TIMES).all()


@pytest.mark.parametrize(
    ("values", "units"),
    [
        (SECONDS, "seconds since 1970-01-01"),
        (SECONDS, "seconds since 1970-01-01 00:00:00 UTC"),
        (SECONDS.astype("float64"), b"Seconds since 1970-01-01T00:00:00Z"),
        (np.arange(4, dtype="uint8") * 5, "minutes since 2026-06-01"),
        (np.arange(4) * 5 / 60, "hours since 2026-06-01"),
        (9648 + np.arange(4) / 288, "days since 2000-01-01 00:00"),
    ],
)
def test_numbers_with_units(hdf5, values, units):
    assert (load_times(hdf5(values, units=units)) == TIMES).all()


def test_refusals(tmp_path, hdf5):
    refuses(hdf5(SECONDS), "which holds int64. Required: datetime64.*attribute units.*numpy.save")
    refuses(hdf5(SECONDS, units="seconds"), "int64 with units 'seconds'")
    refuses(hdf5(SECONDS, units="fortnights since 2026-06-01"), "with units 'fortnights since")
    refuses(hdf5(SECONDS, units="seconds since noon"), "no time in UTC")
    refuses(hdf5(SECONDS, units="days since 2000-01-01", calendar="360_day"), "standard calendar")
    refuses(hdf5([1.0, np.nan], units="days since 2000-01-01"), "float64 with units")
    refuses(hdf5(["2026-06-01T00:00+02:00"]), "no time in UTC")
    refuses(hdf5(["noon"]), "no time in UTC")
    np.save(tmp_path / "times.npy", SECONDS)
    refuses(tmp_path / "times.npy", "which holds int64")
    refuses(tmp_path / "none.npy", "which is no file")
