import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from st_keras.datasets import frame_array
from st_keras.datasets.frame_array import (
    check_frame_size,
    check_values,
    value_range,
    view_as_sequences,
)


def refuses(call, match):
    with pytest.raises(ValueError, match=match) as info:
        call()
    assert "Required:" in str(info.value) and str(info.value).startswith("here: ")


@pytest.mark.parametrize(
    ("shape", "axes", "read_as", "result"),
    [
        ((9, 8, 7), None, "THW", (1, 9, 8, 7, 1)),
        ((9, 8, 7, 1), None, "THWC", (1, 9, 8, 7, 1)),
        ((9, 8, 7, 3), None, "THWC", (1, 9, 8, 7, 3)),
        ((9, 8, 7, 4), None, "THWC", (1, 9, 8, 7, 4)),
        ((9, 8, 7, 5), None, "NTHW", (9, 8, 7, 5, 1)),
        ((9, 8, 7, 3), "NTHW", "NTHW", (9, 8, 7, 3, 1)),
        ((9, 8, 7, 12), "THWC", "THWC", (1, 9, 8, 7, 12)),
        ((2, 9, 8, 7, 12), None, "NTHWC", (2, 9, 8, 7, 12)),
    ],
)
def test_axes(shape, axes, read_as, result):
    frames = np.arange(np.prod(shape)).reshape(shape)
    sequences, got = view_as_sequences("here", frames, axes)
    assert (sequences.shape, got) == (result, read_as)
    assert np.shares_memory(sequences, frames)
    np.testing.assert_array_equal(sequences.ravel(), frames.ravel())


@given(shape=st.lists(st.integers(1, 6), max_size=7).filter(lambda s: len(s) not in (3, 4, 5)))
def test_wrong_rank(shape):
    refuses(
        lambda: view_as_sequences("here", np.zeros(shape)), f"rank {len(shape)}.*3, 4 or 5 axes"
    )


@given(
    axes=st.sampled_from(["NTHWC", "NTHW", "THWC", "THW"]),
    shape=st.lists(st.integers(1, 6), max_size=7),
)
def test_rank_that_contradicts_the_named_axes(axes, shape):
    if len(shape) == len(axes):
        assert view_as_sequences("here", np.zeros(shape), axes)[1] == axes
    else:
        refuses(lambda: view_as_sequences("here", np.zeros(shape), axes), f"Required: axes {axes}")


def test_unknown_axes():
    refuses(lambda: view_as_sequences("here", np.zeros((3, 3, 3)), "HWT"), "axes='HWT'.*'THW'")


@pytest.mark.parametrize(
    "frames",
    [
        np.zeros((4, 3, 3), complex),
        np.full((4, 3, 3), "1.0"),
        np.full((4, 3, 3), None),
        np.zeros((4, 3, 3), "datetime64[s]"),
        np.zeros((4, 3, 3), [("a", "f4")]),
        "frames.npy",
        None,
        {"frames": 1},
    ],
)
def test_wrong_dtype(frames):
    refuses(lambda: view_as_sequences("here", frames), "dtype.*real numbers.*load_array_file")


def test_ragged_lists():
    refuses(lambda: view_as_sequences("here", [[[1, 2]], [[1]]]), "form no array.*equal shape")


def test_masked_arrays():
    frames = np.ma.masked_greater(np.arange(27.0).reshape(3, 3, 3), 24)
    refuses(lambda: view_as_sequences("here", frames), r"2 masked entries.*filled\(0\)")
    sequences, _ = view_as_sequences("here", np.ma.masked_greater(frames.data, 99))
    assert not isinstance(sequences, np.ma.MaskedArray)


@given(zero=st.integers(0, 3))
def test_no_elements(zero):
    shape = [5, 5, 5, 5]
    shape[zero] = 0
    refuses(lambda: view_as_sequences("here", np.zeros(shape)), "without elements")


@settings(max_examples=40)
@given(height=st.integers(1, 40), width=st.integers(1, 40), patch=st.integers(1, 9))
def test_patch_size(height, width, patch):
    sequences = np.zeros((1, 2, height, width, 1))
    if height % patch or width % patch:
        side = "height" if height % patch else "width"
        refuses(lambda: check_frame_size("here", sequences, patch), f"frame {side}=.*Crop or pad")
    else:
        check_frame_size("here", sequences, patch)


def test_bad_patch_size():
    refuses(lambda: check_frame_size("here", np.zeros((1, 2, 4, 4, 1)), 0), "patch_size=0")
    check_frame_size("here", np.zeros((1, 2, 5, 7, 1)), None)


@settings(max_examples=40)
@given(
    holes=st.sets(st.tuples(*[st.integers(0, n - 1) for n in (2, 5, 4, 3)]), min_size=1),
    value=st.sampled_from([np.nan, np.inf, -np.inf]),
    block=st.sampled_from([1, 24, 36, 2**22]),
    dtype=st.sampled_from(["float16", "float32", "float64"]),
)
def test_gaps_are_counted_and_the_first_is_named(holes, value, block, dtype):
    frames = np.random.default_rng(0).random((2, 5, 4, 3)).astype(dtype)
    for hole in holes:
        frames[hole] = value
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frame_array, "_BLOCK_VALUES", block)
        first = str(min(holes)).replace("(", r"\(").replace(")", r"\)")
        refuses(
            lambda: check_values("here", frames[..., None], "NTHW"),
            f"{len(holes)} NaN or infinite values.* {value} at index {first} of axes NTHW",
        )


def test_index_uses_the_axes_of_the_user():
    frames = np.zeros((4, 3, 3, 2))
    frames[2, 1, 0, 1] = np.nan
    refuses(lambda: check_values("here", frames[None], "THWC"), r"\(2, 1, 0, 1\) of axes THWC")
    refuses(lambda: check_values("here", frames[None, ..., 1:], "THW"), r"\(2, 1, 0\) of axes THW")


@pytest.mark.parametrize("value", [0, 7, -2.5, True, 1e9])
def test_constant(value):
    frames = np.full((1, 4, 3, 3, 1), value)
    refuses(lambda: check_values("here", frames, "THW"), "constant frames.*nothing to learn")


def test_constant_in_float32():
    frames = 1e9 + np.random.default_rng(0).random((1, 4, 3, 3, 1))
    refuses(lambda: check_values("here", frames, "THW"), "float32.*subtract a large offset")


def test_beyond_float32():
    frames = np.random.default_rng(0).random((1, 4, 3, 3, 1))
    frames[0, 1, 2, 0, 0] = -1e300
    refuses(lambda: check_values("here", frames, "THW"), "-1e.300.*within float32")


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int16", "uint64", "float16", "float64", ">f4"])
def test_real_dtypes(dtype):
    frames = np.array([0, 1, 1, 0] * 9).reshape(1, 4, 3, 3, 1).astype(dtype)
    assert check_values("here", frames, "THW") == (0.0, 1.0)


def test_value_range_looks_at_its_spans_only(monkeypatch):
    monkeypatch.setattr(frame_array, "_BLOCK_VALUES", 10)
    frames = np.arange(2 * 10 * 4).reshape(2, 10, 2, 2, 1)
    assert value_range(frames, [(0, 2, 5), (1, 0, 1)]) == (8.0, 43.0)


def test_checking_takes_little_memory():
    frames = np.random.default_rng(0).integers(0, 255, (400, 200, 200), "uint8")
    sequences, axes = view_as_sequences("here", frames)
    tracemalloc.start()
    check_values("here", sequences, axes)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < frames.nbytes
