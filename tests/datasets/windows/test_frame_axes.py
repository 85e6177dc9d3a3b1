"""Axes by their names, by the rank, and where a guess is refused."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from st_keras.datasets.windows.frame_axes import describe_axes, read_axes
from tests.refusals import refused

NAMES = [
    "".join(order)
    for letters in ("THW", "NTHW", "THWC", "NTHWC")
    for order in itertools.permutations(letters)
]


def refuses(call, match):
    assert refused(match, call).startswith("here: ")


@pytest.mark.parametrize(
    ("shape", "axes"),
    [
        ((9, 8, 7), "THW"),
        ((9, 9, 9), "THW"),
        ((9, 8, 7, 1), "THWC"),
        ((9, 8, 7, 4), "THWC"),
        ((9, 8, 7, 5), "NTHW"),
        ((100, 20, 64, 96), "NTHW"),
        ((100, 64, 64, 64), "NTHW"),
        ((100, 20, 64, 32), "NTHW"),
        ((100, 20, 64, 64, 1), "NTHWC"),
        ((100, 20, 64, 48, 48), "NTHWC"),
    ],
)
def test_axes_told_by_the_rank(shape, axes):
    assert read_axes("here", shape) == axes


@pytest.mark.parametrize(
    ("shape", "guess", "other"),
    [
        ((100, 20, 3, 64, 64), "NTHWC", "NTCHW"),
        ((2, 12, 3, 40, 48), "NTHWC", "NTCHW"),
        ((2, 12, 64, 12, 48), "NTHWC", "NTCHW"),
        ((100, 384, 384, 49), "NTHW", "NHWT"),
        ((100, 48, 48, 49), "NTHW", "NHWT"),
        ((100, 20, 64, 31), "NTHW", "NHWT"),
        ((64, 64, 36), "THW", "HWT"),
    ],
)
def test_guesses_that_the_shape_speaks_against(shape, guess, other):
    def plain(axes):
        return describe_axes(shape, axes).replace("(", r"\(")

    both = f"read as {guess} they are {plain(guess)}; as {other}, {plain(other)}"
    refuses(lambda: read_axes("here", shape), f"{both}.*axes='{other}' or axes='{guess}'")
    for axes in (guess, other):
        assert read_axes("here", shape, axes) == axes


@given(axes=st.sampled_from(NAMES), shape=st.lists(st.integers(1, 6), max_size=7))
def test_any_order_can_be_named(axes, shape):
    if len(shape) == len(axes):
        assert read_axes("here", shape, axes) == axes
    else:
        refuses(lambda: read_axes("here", shape, axes), f"rank {len(shape)}.*Required: axes {axes}")


def test_there_are_that_many_names():
    assert len(set(NAMES)) == 6 + 24 + 24 + 120


@given(shape=st.lists(st.integers(1, 6), max_size=7).filter(lambda s: len(s) not in (3, 4, 5)))
def test_wrong_rank(shape):
    refuses(lambda: read_axes("here", shape), f"rank {len(shape)}.*3, 4 or 5 axes")


@pytest.mark.parametrize(
    "axes", ["", "HW", "NTHWX", "NTHHW", "nthw", "NHWC", "TTHW", 5, ["T"], b"THW"]
)
def test_names_that_are_none(axes):
    refuses(lambda: read_axes("here", (3, 3, 3), axes), "axes=.*each axis by its letter, once")


def test_a_static_field_alone():
    refuses(lambda: read_axes("here", (4, 5), "HW"), "a static field, axes HW.*may stand beside it")


def test_description():
    assert describe_axes((1, 2, 4, 5), "CTHW") == "1 sequence of 2 frames, 4 x 5 pixels, 1 channel"
    assert describe_axes((2, 3, 4, 5, 1), "WCTHN") == (
        "1 sequence of 4 frames, 5 x 2 pixels, 3 channels"
    )
