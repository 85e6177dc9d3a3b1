"""What `--data` names by its letters, and which flags go with it."""

import re

import pytest

from st_keras.cli.frame_data import Reading, Windows, check_data, parse_data
from st_keras.datasets.readers.reader import reader, reader_names
from st_keras.settings.setting import flag_of
from st_keras.validation import InputError
from tests.architecture.sources import PACKAGE


def windows(context_length=10, horizon=10, stride=None, **reading):
    """`Windows`, also of other tests."""
    return Windows(
        context_length=context_length, horizon=horizon, stride=stride, reading=Reading(**reading)
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
        ("", r"received ''\. Required: 'digits', 'modes', or a file that ends in "),
        ("digits:straight", "received 'digits:straight'"),
        ("modes:straight,waltz", r"where 'waltz' is no mode\. Required: modes out of one_digit"),
    ],
)
def test_refusals(spec, reason):
    with pytest.raises(InputError, match=f"--data: .*{reason}"):
        parse_data(spec)


@pytest.mark.parametrize("name", ["stride", "axes", "missing_value", "times"])
def test_flags_of_arrays(name):
    check_data("digits", windows())
    check_data("f.npy", windows(**{name: 1}))
    with pytest.raises(InputError, match=rf"{flag_of(name)}: received 1 with moving digits\. Req"):
        check_data("digits", windows(**{name: 1}))


@pytest.mark.parametrize("name", ["array_reading.py", "data_source.py", "frame_data.py"])
def test_formats_are_known_to_their_readers_alone(name):
    text = (PACKAGE / "cli" / name).read_text().lower()
    suffixes = {suffix for each in reader_names() for suffix in reader(each).suffixes}
    assert {".npz", ".hdf5"} < suffixes
    assert [each for each in suffixes if re.search(rf"{re.escape(each)}\b", text)] == []
