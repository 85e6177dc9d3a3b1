import datetime
import sys

import numpy as np
import pytest

from st_keras.datasets import from_pysteps
from st_keras.validation import InputError
from tests.refusals import refused

PROJECTION = "+proj=stere +lat_0=90"


def toy_importer(path, **options):
    """An importer of pysteps' kind: the first line is the metadata, the others the field."""
    with open(path) as file:
        metadata = eval(file.readline())
        field = np.loadtxt(file, ndmin=2)
    return np.ma.masked_equal(field, -1), None, metadata | options


METADATA = {
    "unit": "mm",
    "transform": None,
    "accutime": 5.0,
    "projection": PROJECTION,
    "x1": 0.0,
    "x2": 6.0,
    "y1": -2.0,
    "y2": 2.0,
    "yorigin": "upper",
    "cartesian_unit": "km",
    "zr_a": 223.0,
    "zerovalue": np.nan,
    "institution": "Toy",
}


@pytest.fixture
def write(tmp_path):
    def file(name, field, **changed):
        path = tmp_path / name
        rows = "\n".join(" ".join(map(str, row)) for row in field)
        text = repr(METADATA | changed).replace("nan", "float('nan')")
        path.write_text(f"{text}\n{rows}\n")
        return str(path)

    return file


@pytest.fixture
def files(write):
    return [
        write(f"t_20260101{minute:04}.txt", [[minute, -1, 2], [3, 4, minute]])
        for minute in (0, 5, 10)
    ]


def test_frames_are_read_when_they_are_asked_for(files):
    calls = []

    def importer(path):
        calls.append(path)
        return toy_importer(path)

    frames = from_pysteps(importer, files)
    assert frames.shape == (3, 2, 3) and frames.axes == "THW" and frames.nan_is_missing
    assert frames.values.dtype == np.float32 and calls == files[:1]
    np.testing.assert_array_equal(frames.values[1:, 0], [[5, np.nan, 2], [10, np.nan, 2]])
    assert calls == [files[0], files[1], files[2]]
    assert frames.sources == tuple(files)


def test_what_the_metadata_say(files):
    frames = from_pysteps(toy_importer, files, product="RR")
    assert frames.units == "mm"
    assert frames.attributes == {
        "institution": "Toy",
        "product": "RR",
        "zr_a": 223.0,
        "standard_name": "lwe_thickness_of_precipitation_amount",
        "interval_seconds": 300,
        "cell_methods": "time: sum (interval: 300 s)",
    }
    assert frames.grid.y.tolist() == [1, -1] and frames.grid.x.tolist() == [1, 3, 5]
    assert frames.grid.mapping == {"proj4": PROJECTION}
    assert frames.grid.x_attributes["units"] == "km"
    lower = from_pysteps(toy_importer, files, yorigin="lower")
    assert lower.grid.y.tolist() == [-1, 1]
    assert from_pysteps(toy_importer, files, y1=None).grid is None


@pytest.mark.parametrize(
    ("unit", "transform", "expected"),
    [("dBZ", "dB", "dBZ"), ("mm/h", "dB", "dB(mm/h)"), ("mm/h", None, "mm/h"), (None, None, None)],
)
def test_units_of_transformed_values(files, unit, transform, expected):
    assert from_pysteps(toy_importer, files, unit=unit, transform=transform).units == expected


def test_times(files, write):
    minutes = np.array(["2026-01-01T00:00", "2026-01-01T00:05", "2026-01-01T00:10"], "M8[s]")
    np.testing.assert_array_equal(from_pysteps(toy_importer, files).times, minutes)
    zone = datetime.timezone(datetime.timedelta(hours=1))
    dates = [
        datetime.datetime(2026, 1, 1, 0, 0),
        datetime.datetime(2026, 1, 1, 1, 5, tzinfo=zone),
        np.datetime64("2026-01-01T00:10"),
    ]
    frames = from_pysteps(toy_importer, zip(dates, files, strict=True))
    np.testing.assert_array_equal(frames.times, minutes)
    # Scans that pysteps.io.find_by_date did not find.
    frames = from_pysteps(toy_importer, [(dates[0], None), (dates[1], files[1])])
    assert frames.sources == (files[1],) and frames.times.tolist() == minutes[1:2].tolist()
    assert from_pysteps(toy_importer, [*files, write("a.txt", [[1, 2, 3]] * 2)]).times is None
    refused("time_pattern='x%Y'", from_pysteps, toy_importer, files, time_pattern="x%Y")


@pytest.mark.parametrize(
    ("field", "changed", "match"),
    [
        ([[1, 2]], {}, r"a frame of shape \(1, 2\), where the first has \(2, 3\)"),
        ([[1, 2, 3]] * 2, {"unit": "mm/h"}, "values in mm/h, where the first has mm"),
        ([[1, 2, 3]] * 2, {"x2": 7.0}, "another grid than the first"),
        ([[1, 2, 3]] * 2, {"x2": None}, "another grid than the first"),
    ],
)
def test_a_frame_that_differs_is_refused_by_name(files, write, field, changed, match):
    files.append(write("b_202601010015.txt", field, **changed))
    values = from_pysteps(toy_importer, files).values
    values[:3]
    text = refused(rf"from_pysteps: .*b_202601010015\.txt' with {match}", values.__getitem__, 3)
    assert "t_202601010000.txt" in text


def test_files_that_are_not_there_or_damaged(files, write, tmp_path):
    refused("no.txt', which is no file", from_pysteps, toy_importer, [*files, tmp_path / "no.txt"])
    path = tmp_path / "c.txt"
    path.write_text("no metadata")
    refused(r"c\.txt', which does not open \(SyntaxError", from_pysteps, toy_importer, [path])
    path.touch()
    values = from_pysteps(toy_importer, [*files, path]).values
    refused(r"c\.txt', which does not open", values.__getitem__, 3)
    path.write_text("")
    refused(r"c\.txt', an empty file", values.__getitem__, 3)

    def importer(path):
        return np.zeros((2, 2, 2)), None, {}

    refused(r"field of shape \(2, 2, 2\)\. Required: one frame", from_pysteps, importer, files)


@pytest.mark.parametrize("files", [[], "radar/*.h5", [("2026-01-01", None)], ["a", ("b", "c")]])
def test_what_is_no_list_of_files(files):
    refused("at least one path, or of pairs", from_pysteps, toy_importer, files)


def test_an_importer_that_lacks_a_package(files):
    class MissingOptionalDependency(Exception):  # noqa: N818
        """As pysteps calls it."""

    def importer(path):
        raise MissingOptionalDependency("pyproj package is required")

    refused(r"lacks a package \(pyproj package is required\)", from_pysteps, importer, files)


def test_without_pysteps(files, monkeypatch):
    monkeypatch.setitem(sys.modules, "pysteps.io", None)
    with pytest.raises(InputError, match=r"without pysteps .*pip install 'st_keras\[radar\]'"):
        from_pysteps("fmi_pgm", files)
