"""What `--data` names by its letters, and which flags go with it."""

import pytest

from st_keras.cli.data_source import Windows
from st_keras.cli.data_spec import ARRAY_FLAGS, parse_data, refuse_array_flags
from st_keras.validation import InputError


def test_kinds():
    assert parse_data("digits") == ("digits", None)
    assert parse_data("modes") == ("modes", None)
    assert parse_data("modes:straight") == ("modes", ("straight",))
    for file in ("mnist.npz", "frames.npy", "frames.npz:radar", "digits.npy"):
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


@pytest.mark.parametrize("name", ARRAY_FLAGS)
def test_flags_of_arrays(name):
    refuse_array_flags(Windows(10, 10))
    with pytest.raises(InputError, match=rf"--{name}: received 1 with moving digits\. Req"):
        refuse_array_flags(Windows(10, 10, **{name: 1}))
