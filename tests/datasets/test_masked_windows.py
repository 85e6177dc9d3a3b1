"""Missing values in windows: refused, kept as NaN, or in none; missing scans; crops; targets."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from st_keras.datasets import Frames, SequenceDataset
from tests.refusals import refused

RNG = np.random.default_rng(0)
RAIN = RNG.integers(0, 200, (30, 6, 8), "int16")
NAN = np.where(RNG.random(RAIN.shape) < 0.2, np.nan, RAIN).astype("float32")
TIMES = np.datetime64("2026-06-01T00:00") + 5 * np.arange(30).astype("m8[m]")


def frames_of(values, **kwargs):
    return Frames(**{"values": values, "axes": "THW", "nan_is_missing": True, **kwargs})


def test_what_is_done_where_nothing_is_said():
    made = SequenceDataset.from_arrays
    assert made(RAIN, 2, 3).missing == "refuse"
    assert made(RAIN, 2, 3, missing_value=-1).missing == "drop"
    assert made(np.ma.masked_equal(RAIN, 5), 2, 3).missing == "mask"
    assert SequenceDataset.from_frames(frames_of(NAN), 2, 3).missing == "mask"
    assert made(RAIN, 2, 3, times=TIMES, max_missing_scans=1).missing == "mask"
    refused("NaN or infinite values.*missing='mask'", made, NAN, 2, 3)
    refused("missing='keep'.*refuse.*mask.*drop", made, NAN, 2, 3, missing="keep")


def test_masked_windows_hold_nan():
    for data in (
        SequenceDataset.from_frames(frames_of(NAN), 2, 3),
        SequenceDataset.from_arrays(NAN, 2, 3, missing="mask"),
    ):
        assert len(data) == 26 and data.window(3).dtype == "float32"
        np.testing.assert_array_equal(data.window(3)[..., 0], NAN[3:8])
        assert data.value_range == (np.nanmin(NAN), np.nanmax(NAN))
        lost = int(np.isnan(NAN).sum())
        assert data.card()["missing_values"] == lost
        assert (
            f"missing  {lost} values of nan ({100 * lost / NAN.size:.3g} %), kept" in data.summary()
        )
    batch = next(iter(data.as_dataset(4))).numpy()
    np.testing.assert_array_equal(batch[1, ..., 0], NAN[1:6])


def test_codes_become_nan():
    coded = RAIN.copy()
    coded[2, 1, 1], coded[4, 0, 0] = -9, 255
    data = SequenceDataset.from_arrays(coded, 2, 3, missing_value=(-9, 255), missing="mask")
    expected = np.where((coded == -9) | (coded == 255), np.nan, coded)
    np.testing.assert_array_equal(data.window(1)[..., 0], expected[1:6])
    both = coded.astype("float32")
    both[7, 2, 2] = np.nan
    data = SequenceDataset.from_arrays(both, 2, 3, missing_value=(-9, 255), missing="mask")
    assert data.card()["missing_value"] == [-9.0, 255.0, "nan"]
    assert np.isnan(data.window(6)[1, 2, 2, 0])


def test_drop_leaves_out_what_holds_nan_too():
    few = RAIN.astype("float32")
    few[10, 0, 0] = np.nan
    data = SequenceDataset.from_frames(frames_of(few), 2, 3, missing="drop")
    assert (len(data), data.windows_with_missing) == (21, 5)
    refused(
        "1 missing values and missing='refuse'.*missing='mask'.*'drop'",
        SequenceDataset.from_frames,
        frames_of(few),
        2,
        3,
        missing="refuse",
    )


def test_infinity_is_never_missing():
    rain = NAN.copy()
    rain[3, 3, 3] = np.inf
    refused("1 NaN or infinite.*inf at index", SequenceDataset.from_frames, frames_of(rain), 2, 3)


@settings(max_examples=50, deadline=None)
@given(
    lost=st.sets(st.integers(1, 28), max_size=8),
    empty=st.sets(st.integers(0, 29), max_size=4),
    most=st.integers(0, 3),
)
def test_missing_scans_are_counted_whether_recorded_or_not(lost, empty, most):
    """Scans that are not in the archive, and scans that are and hold nothing, are one thing."""
    rain = RAIN.astype("float32")
    rain[sorted(empty)] = np.nan
    kept = np.array([t for t in range(30) if t not in lost])
    steps = np.diff(kept)
    if np.bincount(steps).argmax() != 1:
        return
    archive = frames_of(rain[kept], times=TIMES[kept])
    data = SequenceDataset.from_frames(archive, 2, 3, max_missing_scans=most)
    whole = np.where(np.isin(np.arange(30), sorted(lost))[:, None, None], np.nan, rain)
    gone = np.isnan(whole).all(axis=(1, 2))
    long = [
        t
        for t in range(29)
        if t not in lost
        and gone[t + 1 :].cumprod().sum() > most
        and any(t + 1 + k in lost for k in range(int(gone[t + 1 :].cumprod().sum())))
    ]
    expected = [s for s in range(26) if gone[s : s + 5].sum() <= most]
    windows = {tuple(data.times(i).tolist()): data.window(i) for i in range(len(data))}
    starts = [int((times[0] - TIMES[0].tolist()).total_seconds() // 300) for times in windows]
    assert set(starts) <= set(expected)
    for start, window in zip(starts, windows.values(), strict=True):
        np.testing.assert_array_equal(window[..., 0], whole[start : start + 5])
    if not long:  # a gap too long is one, and what begins or ends in it is no window
        inner = [s for s in expected if kept[0] <= s and s + 4 <= kept[-1]]
        assert sorted(starts) == inner


def test_frames_that_hold_nothing_are_in_no_window_without_leave():
    rain = NAN.copy()
    rain[10] = np.nan
    data = SequenceDataset.from_frames(frames_of(rain), 2, 3)
    assert data.windows_with_missing == 5 and "5 with missing scans" in data.summary()
    assert len(SequenceDataset.from_frames(frames_of(rain), 2, 3, max_missing_scans=1)) == 26
    rain[::2] = np.nan
    data = SequenceDataset.from_frames(frames_of(rain), 2, 3, max_missing_scans=1)
    refused("26 hold too many missing scans.*Raise max_missing_scans", data.window, 0)


def test_targets_decide_which_scans_are_missing():
    rain, height = NAN.copy(), np.ones(NAN.shape)
    rain[10] = np.nan
    both = np.stack([rain, height * RNG.random((6, 8))], axis=-1)
    archive = frames_of(both, axes="THWC", channels=("rain", "height"))
    assert SequenceDataset.from_frames(archive, 2, 3).windows_with_missing == 0
    data = SequenceDataset.from_frames(archive, 2, 3, targets=("rain",))
    assert (data.windows_with_missing, data.targets, data.channels) == (
        5,
        ("rain",),
        ("rain", "height"),
    )
    assert data.value_ranges[1] == (both[..., 1].min(), both[..., 1].max())
    made = SequenceDataset.from_frames
    refused("targets=.'snow',.*rain, height", made, archive, 2, 3, targets="snow")
    names = frames_of(both, axes="THWC", channels=("rain",))
    refused("1 names of channels .rain. for 2", made, names, 2, 3)


def test_crops_of_windows():
    seen = NAN.copy()
    seen[:, :3, :4] = np.nan
    data = SequenceDataset.from_frames(frames_of(seen), 2, 3, crop=(3, 4))
    assert data.image_shape == (3, 4, 1) and len(data) == 26 * 3
    np.testing.assert_array_equal(data.window(0)[..., 0], seen[:5, :3, 4:])
    np.testing.assert_array_equal(data.window(5)[..., 0], seen[1:6, 3:, 4:])
    train, validation, test = data.split()
    assert all(len(part) % 3 == 0 for part in (train, validation, test))
    assert next(iter(train.as_dataset(2, shuffle=True))).shape == (2, 5, 3, 4, 1)
    overlapping = SequenceDataset.from_frames(frames_of(NAN), 2, 3, crop=4, crop_stride=2)
    assert len(overlapping) == 26 * 2 * 3
    refused("crop=.9, 9. of frames of 6 x 8", SequenceDataset.from_arrays, RAIN, 2, 3, crop=9)
    refused(
        "height=3 with patch_size=2",
        SequenceDataset.from_arrays,
        RAIN,
        2,
        3,
        patch_size=2,
        crop=(3, 4),
    )


@pytest.mark.parametrize("coded", [False, True])
def test_coarse_frames(coded):
    values = np.where(np.isnan(NAN), -9, NAN).astype("int16") if coded else NAN
    reading = {"missing_value": -9, "missing": "mask"} if coded else {"missing": "mask"}
    data = SequenceDataset.from_arrays(values, 2, 3, coarsen=2, **reading)
    expected = NAN.reshape(30, 3, 2, 4, 2).mean(axis=(2, 4))
    np.testing.assert_allclose(data.window(7)[..., 0], expected[7:12], rtol=1e-6)
    assert data.image_shape == (3, 4, 1)


def test_a_code_that_nobody_names_is_warned_of_before_it_is_averaged():
    coded = RAIN.astype("float32")
    coded[3, :2, :2] = -9999
    with pytest.warns(UserWarning, match="-9999 stands again and again"):
        SequenceDataset.from_arrays(coded, 2, 3, coarsen=2)
