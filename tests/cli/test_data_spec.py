"""What `--data` names by its letters, and which flags go with it."""

import pytest

from st_keras.cli.array_reading import Windows
from st_keras.cli.data_spec import parse_data, refuse_array_flags
from st_keras.validation import InputError


def test_kinds():
    assert parse_data("digits") == ("digits", None)
    assert parse_data("modes") == ("modes", None)
    assert parse_data("modes:straight") == ("modes", ("straight",))
    for file in ("mnist.npz", "frames.npy", "frames.npz:radar", "digits.npy", "radar.h5:rain"):
        assert parse_data(file) == ("file", None)


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("", r"received ''\. Required: 'digits', 'modes', or a \.npy"),
        ("digits:straight", "received 'digits:straight'"),
        ("modes:straight,waltz", r"where 'waltz' is no mode\. Required: modes out of one_digit"),
    ],
)
def test_refusals(spec, reason):
    with pytest.raises(InputError, match=f"--data: .*{reason}"):
        parse_data(spec)


@pytest.mark.parametrize("name", ["stride", "axes", "missing_value", "times"])
def test_flags_of_arrays(name):
    refuse_array_flags(Windows(10, 10))
    flag = "--" + name.replace("_", "-")
    with pytest.raises(InputError, match=rf"{flag}: received 1 with moving digits\. Req"):
        refuse_array_flags(Windows(10, 10, **{name: 1}))
