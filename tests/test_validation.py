import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.validation import (
    check_divisible,
    check_int,
    check_number,
    check_one_of,
    check_rank,
    check_steps,
    error,
    require,
)


def test_error_has_three_parts():
    caught = error("Here", "one", "two", "Do three.")
    assert isinstance(caught, ValueError)
    assert str(caught) == "Here: received one. Required: two. Do three."


def test_require_says_how_to_install(monkeypatch):
    assert require("Here", "json", "json", "extra") is sys.modules["json"]
    monkeypatch.setitem(sys.modules, "json", None)
    message = (
        r"Here: received an installation without JSON \(import of json halted.*\)\. Required: the "
        r"package JSON%s\. Install it with: pip install 'st_keras\[extra\]'"
    )
    for instead, said in (("", ""), ("a pen", ", or a pen")):
        with pytest.raises(ValueError, match=message % said):
            require("Here", "json", "JSON", "extra", instead)


def test_error_is_still_a_value_error_when_raised_inside_a_tf_function():
    @tf.function
    def traced(x):
        raise error("Here", x.shape, "two", "Do three.")

    with pytest.raises(ValueError, match=r"Here: received \(2,\). Required: two"):
        traced(tf.zeros(2))


@pytest.mark.parametrize("value", [1, 7, np.int64(3), np.uint8(2)])
def test_check_int_accepts(value):
    checked = check_int("Here", "n", value, 1)
    assert checked == value and type(checked) is int


@pytest.mark.parametrize("value", [0, -1, 1.0, "1", None, True, np.float32(2)])
def test_check_int_refuses(value):
    with pytest.raises(ValueError, match=r"Here: received n=.*at least 1.*Pass n=1 or more"):
        check_int("Here", "n", value, 1)


@pytest.mark.parametrize("value", [0, 1, 0.5, np.float32(0.25)])
def test_check_number_accepts(value):
    checked = check_number("Here", "p", value, 0.0, 1.0)
    assert checked == value and type(checked) is float


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), float("inf"), "0.5", None, True])
def test_check_number_refuses(value):
    with pytest.raises(ValueError, match=r"Here: received p=.*finite number in \[0\.0, 1\.0\]"):
        check_number("Here", "p", value, 0.0, 1.0)


def test_check_number_without_limits():
    assert check_number("Here", "x", -1e9) == -1e9
    with pytest.raises(ValueError, match=r"\[-inf, inf\]"):
        check_number("Here", "x", float("inf"))


def test_check_one_of():
    assert check_one_of("Here", "family", "a", {"a": 1, "b": 2}) == "a"
    with pytest.raises(ValueError, match=r"family='c'. Required: one of 'a', 'b'"):
        check_one_of("Here", "family", "c", ("a", "b"))


def test_check_rank():
    check_rank("Here", "x", (None, 3), ("B", "T"))
    with pytest.raises(
        ValueError, match=r"x of shape \(3,\), rank 1. Required: rank 2, axes \(B, T\)"
    ):
        check_rank("Here", "x", (3,), ("B", "T"))
    message = r"x of unknown shape. .* tf.ensure_shape\(x, \(None, T, A\)\)"
    with pytest.raises(ValueError, match=message):
        check_rank("Here", "x", tf.TensorShape(None), ("B", "T", "A"))


def test_check_steps():
    for shape in ((2, 3), (None, 3), (2, None)):
        check_steps("Here", "mask", keras.KerasTensor(shape), (2, 3, 4, 4, 1))
    check_steps("Here", "mask", None, (2, 3))
    check_steps("Here", "mask", [[1, 0, 1], [1, 1, 1]], (2, 3))
    for shape in ((2, 4), (1, 3)):
        message = rf"Here: received mask of shape \({shape[0]}, {shape[1]}\) for .*Cut the mask"
        with pytest.raises(ValueError, match=message):
            check_steps("Here", "mask", np.ones(shape), (2, 3, 4, 4, 1))
    with pytest.raises(ValueError, match=r"mask of shape \(2, 3, 1\), rank 3"):
        check_steps("Here", "mask", np.ones((2, 3, 1)), (2, 3))


def test_check_divisible():
    check_divisible("Here", "H", 8, "p", 4)
    check_divisible("Here", "H", None, "p", 4)
    with pytest.raises(ValueError, match=r"H=9 with p=4.*Crop or pad H to 8 or 12"):
        check_divisible("Here", "H", 9, "p", 4)


def test_check_file(tmp_path):
    from st_keras.validation import check_file

    (tmp_path / "a.npz").write_bytes(b"x")
    assert check_file("reader", str(tmp_path / "a.npz")) == tmp_path / "a.npz"
    for missing in (tmp_path / "b.npz", tmp_path):
        with pytest.raises(ValueError, match=r"reader: received path .*, which is no file"):
            check_file("reader", missing)
