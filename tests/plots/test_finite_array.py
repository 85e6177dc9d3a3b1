import numpy as np
import pytest

from st_keras.plots.finite_array import check_finite_array, check_names
from tests.refusals import refused


@pytest.mark.parametrize("values", [[[1, 2], [3, 4]], np.ones((2, 2), "float16"), ((True, False),)])
def test_numbers_become_float64(values):
    array = check_finite_array("plot", "codes", values, ("N", "L"))
    assert array.dtype == "float64" and array.tolist() == np.asarray(values, float).tolist()


@pytest.mark.parametrize(
    "values, message",
    [
        ([1.0, 2.0], r"plot: received codes of shape \(2,\), rank 1. Required: rank 2, .*N, L"),
        (np.ones((3, 0)), r"codes of shape \(3, 0\), empty.*Pass the values"),
        ([[1.0, np.nan], [np.inf, 0.0]], r"codes with 2 of 4 values NaN or infinite.*diverged"),
        ([[1.0], [1.0, 2.0]], r"codes of type list that is no array of numbers.*numpy.asarray"),
        ("text", r"codes of type str that is no array"),
        ([[None]], r"NaN|no array"),
    ],
)
def test_array_errors(values, message):
    refused(message, check_finite_array, "plot", "codes", values, ("N", "L"))


def test_names():
    assert check_names("plot", "names", None, 3) == ["z0", "z1", "z2"]
    assert check_names("plot", "names", None, 1, default="factor_") == ["factor_0"]
    assert check_names("plot", "names", np.array(["a", "b"]), 2) == ["a", "b"]
    assert check_names("plot", "names", "ab", 1) == ["ab"], "one string is one name"


@pytest.mark.parametrize("names", [["a"], "ab", []])
def test_name_errors(names):
    message = r"plot: received \d names for 2 entries. Required: a list of 2 strings, or None"
    refused(message, check_names, "plot", "names", names, 2)
