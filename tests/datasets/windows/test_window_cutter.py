"""Windows that are whole, against a plain loop over all of them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from st_keras.datasets.windows.window_cutter import WindowCutter


@settings(max_examples=200, deadline=None)
@given(
    frames=st.integers(2, 30),
    length=st.integers(2, 6),
    stride=st.integers(1, 4),
    seed=st.integers(0, 99),
    gaps=st.booleans(),
    holes=st.booleans(),
)
def test_against_a_plain_loop(frames, length, stride, seed, gaps, holes):
    random = np.random.default_rng(seed)
    unusual = random.random((2, frames - 1)) < 0.15 if gaps else None
    missing = random.random((2, frames)) < 0.1 if holes else None
    spans = [(0, 0, frames), (1, frames // 3, frames)]
    starts, across, with_missing = [], 0, 0
    for n, first, stop in spans:
        for at in range(first, stop - length + 1, stride):
            if gaps and unusual[n, at : at + length - 1].any():
                across += 1
            elif holes and missing[n, at : at + length].any():
                with_missing += 1
            else:
                starts.append([n, at])
    windows = WindowCutter(length, stride, unusual, missing).cut(spans)
    assert windows.starts.tolist() == starts
    assert (windows.across_gaps, windows.with_missing) == (across, with_missing)
    assert windows.starts.shape[1] == 2 and windows.starts.dtype == np.int64


def test_another_stride_for_once():
    cutter = WindowCutter(2, stride=3)
    assert cutter.cut([(0, 1, 9)]).starts.tolist() == [[0, 1], [0, 4], [0, 7]]
    assert len(cutter.cut([(0, 1, 9)], stride=1).starts) == 7
    assert cutter.cut([]).starts.shape == (0, 2)
