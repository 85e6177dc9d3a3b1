"""What is wrong with an archive is refused before training, and leaves nothing behind."""

import re

import h5py
import numpy as np
import pytest

from tests.cli.conftest import smallest_run

RNG = np.random.default_rng(0)
RAIN = RNG.gamma(0.5, 2.0, (24, 8, 8)).astype("float32")
TIMES = np.datetime64("2026-06-01T00:00") + 5 * np.arange(24).astype("m8[m]")


def npz(folder, rain=RAIN, **others):
    np.savez(folder / "a.npz", rain=rain, **others)
    return f"{folder / 'a.npz'}:rain"


def changed(index, value):
    rain = RAIN.copy()
    rain[index] = value
    return rain


def hdf5(folder, rain=RAIN, **attributes):
    with h5py.File(folder / "a.h5", "w") as file:
        file["rain"] = rain
        file["rain"].attrs.update(attributes)
    return folder / "a.h5"


def truncated(folder):
    path = hdf5(folder)
    path.write_bytes(path.read_bytes()[:-900])
    return path


def longer(folder):
    np.save(folder / "a.npy", RAIN)
    path = folder / "a.npy"
    path.write_bytes(path.read_bytes() + b"more")
    return path


def scans(folder, odd=None):
    for k in range(24):
        np.save(folder / f"{k:02d}.npy", RAIN[k])
    if odd is not None:
        np.save(folder / "07.npy", odd)
    return folder


def empty(folder):
    (folder / "empty").mkdir()
    return folder / "empty"


@pytest.mark.parametrize(
    ("write", "flags", "text"),
    [
        (truncated, (), "truncated file"),
        (longer, (), "where its header says"),
        (empty, (), "a folder without them"),
        (lambda folder: folder / "*.nc", (), "a pattern that nothing matches"),
        (hdf5, ("--variable", "snow"), "the array name 'snow' .* one of rain"),
        (lambda folder: hdf5(folder, units="dBZ"), ("--units", "mm/h"), "frames in 'dBZ'"),
        (lambda folder: hdf5(folder, -RAIN, units="mm/h"), (), "rain of -"),
        (lambda folder: scans(folder, RAIN[7, :4]), (), "1 of 24 files with frame size"),
        (
            lambda folder: npz(folder, scan=TIMES[np.r_[0:9, 10, 9, 11:24]]),
            ("--times", "scan"),
            "run backwards",
        ),
        (
            lambda folder: npz(folder, scan=TIMES[np.r_[0:9, 8, 10:24]]),
            ("--times", "scan"),
            "two different frames of 2026-06-01T00:40",
        ),
        (lambda folder: npz(folder, np.full_like(RAIN, 2)), (), "constant frames"),
        (
            lambda folder: npz(folder, np.full_like(RAIN, np.nan)),
            ("--missing", "mask"),
            "every value is the missing value nan",
        ),
        (lambda folder: npz(folder, changed((3, 1, 1), np.nan)), (), "1 NaN or infinite"),
        (
            lambda folder: npz(folder, changed((3, 1, 1), np.inf)),
            ("--missing", "mask"),
            "1 NaN or infinite",
        ),
    ],
    ids=[
        *("truncated", "longer", "empty-folder", "pattern", "variable", "units", "negative"),
        *("frame-size", "backwards", "two-frames", "constant", "missing", "nan", "infinity"),
    ],
)
def test_train_refuses_it_and_writes_nothing(run, tmp_path, write, flags, text):
    archive, out = tmp_path / "archive", tmp_path / "run"
    archive.mkdir()
    spec = write(archive)
    before = sorted(archive.iterdir())
    status, _, err = run(*smallest_run(spec, out), *flags)
    assert status == 2
    assert " received " in err and " Required: " in err
    assert re.search(text, err, re.DOTALL), err
    assert not out.exists() and sorted(archive.iterdir()) == before


def test_products_of_small_integers_do_not_overflow(run, tmp_path):
    """30,000 of int16 a hundredfold: some million, as floats, and no warning of a cast."""
    codes = RNG.integers(29_000, 32_000, (24, 8, 8)).astype("int16")
    path = hdf5(tmp_path, codes, scale_factor=np.int16(100), add_offset=np.int16(7))
    status, said, _ = run("inspect", path, "--out", tmp_path / "a.png")
    assert status == 0
    low, high = 100 * int(codes.min()) + 7, 100 * int(codes.max()) + 7
    assert f"{low:g} to {high:g}" in said
