"""Frames in places of their own: repeated ones dropped, missing ones NaN."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from st_keras.datasets.windows.frame_view import view_frames
from st_keras.datasets.windows.placed_view import MISSING_SCAN, PlacedView

FRAMES = np.random.default_rng(0).random((2, 9, 3, 4, 2)).astype("float32")


@given(
    kept=st.sets(st.integers(0, 8), min_size=1),
    holes=st.lists(st.integers(0, 9), max_size=4),
    start=st.integers(0, 8),
    length=st.integers(1, 9),
)
def test_reads_what_stands_in_each_place(kept, holes, start, length):
    places = np.insert(
        np.array(sorted(kept)), [hole % (len(kept) + 1) for hole in holes], MISSING_SCAN
    )
    view = PlacedView(view_frames("here", FRAMES), [np.arange(9), places])
    expected = FRAMES[1][places].copy()
    expected[places == MISSING_SCAN] = np.nan
    stop = min(start + length, len(places))
    np.testing.assert_array_equal(view.read(1, start, stop), expected[start:stop])
    np.testing.assert_array_equal(view.read(0, 0, 9), FRAMES[0])
    assert view.lengths == [9, len(places)]
    joined = np.concatenate([block for _, block in view.blocks(1, 0, len(places))])
    np.testing.assert_array_equal(joined, expected)


def test_integers_stay_integers_unless_a_scan_is_missing():
    view = view_frames("here", (FRAMES[0, ..., 0] * 200).astype("uint8"))
    assert PlacedView(view, [np.array([0, 2])]).dtype == "uint8"
    assert PlacedView(view, [np.array([0, MISSING_SCAN])]).dtype == "float32"
    wide = view_frames("here", (FRAMES[0, ..., 0] * 200).astype("int32"))
    assert PlacedView(wide, [np.array([MISSING_SCAN, 0])]).dtype == "float64"
