"""What `--data` names by its letters, and which flags go with it."""

import dataclasses
import re

import pytest

from st_keras.cli.frame_data import Reading, Windows, check_archive, check_data, parse_data
from st_keras.datasets.readers.reader import reader, reader_names
from st_keras.settings.setting import flag_of
from st_keras.validation import InputError
from tests.architecture.sources import PACKAGE

READING = [field.name for field in dataclasses.fields(Reading)]
CUTTING = ["stride", "crop", "crop_stride", "split_by", "split_days", "before"]


def windows(context_length=10, horizon=10, **said):
    """`Windows`, also of other tests."""
    reading = {name: said.pop(name) for name in READING if name in said}
    return Windows(
        context_length=context_length, horizon=horizon, **said, reading=Reading(**reading)
    )


def test_kinds():
    assert parse_data("digits") == ("digits", None)
    assert parse_data("modes") == ("modes", None)
    assert parse_data("modes:straight") == ("modes", ("straight",))
    for file in ("mnist.npz", "frames.npy", "frames.npz:radar", "digits.npy", "radar.h5:rain"):
        assert parse_data(file) == ("file", None)


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("", r"received ''\. Required: 'digits', 'modes', NAME:PATH of a published dataset, "),
        ("digits:straight", "received 'digits:straight'"),
        ("modes:straight,waltz", r"where 'waltz' is no mode\. Required: modes out of one_digit"),
    ],
)
def test_refusals(spec, reason):
    with pytest.raises(InputError, match=f"--data: .*{reason}"):
        parse_data(spec)


@pytest.mark.parametrize("spec", ["digits", "modes", "modes:straight", "", "rain.xyz", "radar"])
def test_what_is_no_archive(spec, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=rf"--data: received '{spec}'\. Required: a file that en"):
        check_archive(spec)


@pytest.mark.parametrize("spec", ["rain.nc", "rain.npz:rate", "radar/*.h5", "s3://b/a.zarr", "."])
def test_archives(spec):
    assert check_archive(spec) is None


@pytest.mark.parametrize("name", READING + CUTTING)
def test_flags_of_arrays(name):
    check_data("digits", windows())
    value = "2026-01-01,2026-02-01" if name == "before" else 1
    check_data("f.npy", windows(**{name: value}))
    with pytest.raises(
        InputError, match=rf"{flag_of(name)}: received {value} with moving digits\. Req"
    ):
        check_data("digits", windows(**{name: value}))


@pytest.mark.parametrize("name", ["array_reading.py", "data_source.py", "frame_data.py"])
def test_formats_are_known_to_their_readers_alone(name):
    text = (PACKAGE / "cli" / name).read_text().lower()
    suffixes = {suffix for each in reader_names() for suffix in reader(each).suffixes}
    assert {".npz", ".hdf5"} < suffixes
    assert [each for each in suffixes if re.search(rf"{re.escape(each)}\b", text)] == []


def test_splits():
    assert windows().split_arguments() == {"by": "auto", "days": 1}
    assert windows(split_by="days", split_days=3).split_arguments() == {"by": "days", "days": 3}
    both = windows(before="2026-01-01,2026-02-01").split_arguments()
    assert both == {"before": ("2026-01-01", "2026-02-01")}
    with pytest.raises(InputError, match=r"--before: received '2026-01-01'.*two dates"):
        windows(before="2026-01-01")
