import numpy as np
import pytest

from st_keras.metrics.modes.mode_labels import check_labels


@pytest.mark.parametrize(
    ("labels", "values", "index"),
    [
        ([7, 3, 7], [3, 7], [1, 0, 1]),
        (np.array([0, 2, 2], "uint8"), [0, 2], [0, 1, 1]),
        (["walk", "run", "run"], ["run", "walk"], [1, 0, 0]),
        (np.array(["b", "a", "b"]), ["a", "b"], [1, 0, 1]),
    ],
)
def test_values_and_index(labels, values, index):
    found, rows = check_labels("score", labels, 3)
    assert found.tolist() == values and rows.tolist() == index and rows.dtype == "int64"


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 1], r"labels of type list, shape \(2,\), dtype int64, for 3 sequences"),
        ([[0], [1], [1]], r"shape \(3, 1\)"),
        ([[0], [1, 2], [1]], r"type list, irregular, for 3"),
        ([0.0, 1.0, 1.0], r"dtype float64.*one int or str.*labels.astype\(int\)"),
        ([True, False, True], r"dtype bool"),
        ([None, "a", "b"], r"dtype object"),
        (1, r"type int, shape \(\)"),
        ([4, 4, 4], r"3 of mode 4. Required: at least 2 modes with 1 or more"),
    ],
)
def test_errors(labels, message):
    with pytest.raises(ValueError, match=message):
        check_labels("score", labels, 3)


def test_number_of_modes_and_rows():
    assert check_labels("score", [4, 4], 2, min_modes=1)[0].tolist() == [4]
    with pytest.raises(ValueError, match=r"1 of mode a, 3 of mode b.*2 modes with 2 or more"):
        check_labels("score", list("abbb"), 4, min_rows=2)
