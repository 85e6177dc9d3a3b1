"""Types of command-line values."""

import argparse
import pathlib

import pytest

from st_keras.settings import value_types as types


def test_values():
    assert types.whole(1)("12") == 12
    assert types.number(0.0)("1e-4") == 1e-4
    assert types.whole_numbers("64,32") == (64, 32)
    assert types.names_among(("a", "b", "c"), minimum=2)("c,a") == ("c", "a")
    numbers = {"-9999": -9999, "255": 255, "-1e30": -1e30, "nan": "nan", "-inf": "-inf"}
    numbers["9" * 400] = "inf"
    for text, value in {**numbers, "none": "none", "NaN": "nan"}.items():
        found = types.reals_or_none(text)
        assert (found, type(found)) == (value, type(value))
    assert types.reals_or_none("-99,nan") == (-99, "nan") and types.real("-32") == -32.0
    assert types.path("run/1") == pathlib.Path("run/1")
    assert types.paths("a,b/c") == (pathlib.Path("a"), pathlib.Path("b/c"))
    assert types.name(".npy")("run/f.npy") == pathlib.Path("run/f.npy")
    assert types.image_shape("64,48,1") == (64, 48, 1)


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        *((types.whole(1), text) for text in ("0", "-3", "1.0", "x", "")),
        (types.whole(0, 9), "10"),
        (types.number(0.0, above=True), "0"),
        *((types.number(0.0), text) for text in ("-0.1", "inf", "nan", "x", "")),
        *((types.whole_numbers, text) for text in ("", "8,", "8;8", "-1,2")),
        *((types.names_among(("a", "b"), minimum=2), text) for text in ("a", "a,a", "a,x", "")),
        *((types.reals_or_none, text) for text in ("", "x", "1,", "1,x")),
        *((types.real, text) for text in ("", "x", "nan", "inf")),
        (types.path, ""),
        *((types.paths, text) for text in ("", "a,", "a,a")),
        *((types.name(".npy"), text) for text in ("", "f", "f.npz", ".npy")),
        *((types.image_shape, text) for text in ("", "64,64", "64,64,0", "64,64,1,1")),
    ],
)
def test_refusals(parse, text):
    with pytest.raises(argparse.ArgumentTypeError, match=r"received .*\. Required: .*\. Pass"):
        parse(text)
