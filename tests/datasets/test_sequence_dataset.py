import json
import tracemalloc

import h5py
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from st_keras.datasets import SequenceDataset, load_array_file
from st_keras.datasets.windows import frame_view
from tests.datasets.lazy_sources import Lazy
from tests.refusals import refused

FRAMES = np.random.default_rng(0).integers(0, 256, (3, 30, 8, 12, 2), "uint8")
from_arrays = SequenceDataset.from_arrays


def numbered(count=2, length=40):
    """Frame t of sequence n holds 100 n + t, so that a window tells where it comes from."""
    values = 100 * np.arange(count)[:, None] + np.arange(length)
    return np.broadcast_to(values[:, :, None, None], (count, length, 5, 6)).astype("int32")


def refuses(match, frames, context_length=4, horizon=3, **kwargs):
    with pytest.raises(ValueError, match=match) as info:
        from_arrays(frames, context_length, horizon, **kwargs)
    assert str(info.value).startswith("SequenceDataset: ") and "Required:" in str(info.value)


@pytest.mark.parametrize("stride", [1, 2, 5, 40])
def test_windows_are_slices(stride):
    data = from_arrays(FRAMES, 4, 3, stride)
    starts = range(0, 30 - 7 + 1, stride)
    expected = [FRAMES[n, s : s + 7] for n in range(3) for s in starts]
    assert len(data) == data.num_windows == len(expected)
    for i, window in enumerate(expected):
        assert data.window(i).dtype == np.float32
        np.testing.assert_array_equal(data.window(i), window)
    np.testing.assert_array_equal(np.concatenate(list(data.as_dataset(4))), expected)


def test_all_layouts_of_one_array_give_the_same_windows():
    one = FRAMES[0, ..., :1]
    layouts = [one[None], one[None, ..., 0], one, one[..., 0], one[..., 0].tolist()]
    for frames in layouts:
        data = from_arrays(frames, 4, 3)
        assert data.image_shape == (8, 12, 1) and len(data) == 24
        np.testing.assert_array_equal(data.window(5), one[5:12])


def facts_of(data):
    """All that a dataset tells of its frames."""
    windows = [data.window(i) for i in range(len(data))]
    return windows, data.card(), data.summary(), [part.card() for part in data.split()]


SOURCES = [
    lambda array, folder: np.lib.format.open_memmap(folder / "a.npy"),
    lambda array, folder: load_array_file(folder / "a.npy"),
    lambda array, folder: load_array_file(f"{folder}/a.h5:group/rain"),
    lambda array, folder: Lazy(array),
]


@pytest.mark.parametrize("missing_value", [None, 0])
@pytest.mark.parametrize("source", SOURCES)
def test_lazy_sources_are_as_the_array_in_memory(source, missing_value, tmp_path, monkeypatch):
    monkeypatch.setattr(frame_view, "_BLOCK_VALUES", 700)
    frames = np.random.default_rng(0).integers(1, 200, (2, 6, 3, 40), "uint8")
    frames[1, 2, 1, 30] = 0
    np.save(tmp_path / "a.npy", frames)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("group/rain", data=frames, chunks=(1, 6, 3, 7), compression="gzip")
    lazy = source(frames, tmp_path)
    how = {"axes": "NHWT", "missing_value": missing_value, "stride": 2}
    expected, found = (facts_of(from_arrays(array, 2, 3, **how)) for array in (frames, lazy))
    for one, two in zip(expected[0], found[0], strict=True):
        np.testing.assert_array_equal(one, two)
    assert expected[1:] == found[1:]
    assert not isinstance(lazy, Lazy) or lazy.largest <= 700


def test_hdf5_larger_than_what_is_read_at_once(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        stored = file.create_dataset("rain", (1, 3000, 100, 100), "uint8", chunks=(1, 8, 100, 100))
        stored[0, :2] = np.random.default_rng(0).integers(0, 255, (2, 100, 100), "uint8")
    tracemalloc.start()
    data = from_arrays(load_array_file(tmp_path / "a.h5"), 4, 4)
    data.split()[1].summary()
    next(iter(data.as_dataset(2)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30_000_000 / 3


def test_bool_frames_are_0_and_1():
    data = from_arrays(FRAMES > 100, 4, 3)
    assert data.value_range == (0.0, 1.0) and set(np.unique(data.window(0))) == {0.0, 1.0}


def test_dataset_spec_and_length():
    data = from_arrays(FRAMES, 4, 3)  # 72 windows
    assert data.as_dataset(8).element_spec == tf.TensorSpec((8, 7, 8, 12, 2), tf.float32)
    assert data.as_dataset(10).element_spec.shape.as_list() == [None, 7, 8, 12, 2]
    assert (len(data.as_dataset(8)), len(data.as_dataset(10))) == (9, 8)
    assert [len(x) for x in data.as_dataset(50)] == [50, 22]
    endless = data.as_dataset(100, repeat=True)
    assert endless.element_spec.shape[0] == 100
    assert endless.cardinality() == tf.data.INFINITE_CARDINALITY


def order_of(dataset, batches=None):
    dataset = dataset if batches is None else dataset.take(batches)
    return [tuple(x[:, 0, 0, 0, 0].numpy().astype(int)) for x in dataset]


def flat(batches):
    return [i for batch in batches for i in batch]


def test_shuffle_is_a_function_of_seed_and_epoch():
    data = from_arrays(numbered(), 4, 3)
    everything = flat(order_of(data.as_dataset(8)))
    assert everything == sorted(everything) and len(everything) == 68
    runs = {seed: data.as_dataset(8, shuffle=True, seed=seed) for seed in (0, 1)}
    epochs = {(seed, e): flat(order_of(runs[seed])) for e in range(3) for seed in (0, 1)}
    assert all(sorted(order) == everything for order in epochs.values())
    assert len({tuple(order) for order in epochs.values()}) == 6
    again = data.as_dataset(17, shuffle=True, seed=1)
    assert [flat(order_of(again)) for _ in range(3)] == [epochs[1, e] for e in range(3)]


def test_repeat_gives_the_same_epochs_without_a_seam_and_resumes_anywhere():
    data = from_arrays(numbered(), 4, 3)
    single = data.as_dataset(8, shuffle=True, seed=5)
    epochs = flat(flat(order_of(single)) for _ in range(3))
    endless = order_of(data.as_dataset(10, shuffle=True, seed=5, repeat=True), 20)
    assert flat(endless) == epochs[:200]
    late = data.as_dataset(10, shuffle=True, seed=5, repeat=True, first_batch=13)
    assert order_of(late, 7) == endless[13:]
    big = data.as_dataset(150, shuffle=True, seed=5, repeat=True)
    assert flat(order_of(big, 1)) == epochs[:150]
    plain = flat(order_of(data.as_dataset(30, repeat=True), 3))
    assert plain == flat(order_of(data.as_dataset(68)) * 2)[:90]


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(1, 8),
    length=st.integers(6, 60),
    context=st.integers(1, 5),
    horizon=st.integers(1, 5),
    stride=st.integers(1, 7),
    by=st.sampled_from(["auto", "sequence", "time"]),
    fractions=st.sampled_from([(0.15, 0.15), (0.3, 0.1), (0.01, 0.6)]),
)
def test_splits_never_share_a_frame(count, length, context, horizon, stride, by, fractions):
    if context + horizon > length:
        return
    whole = from_arrays(numbered(count, length), context, horizon, stride)
    try:
        parts = whole.split(*fractions, by=by)
    except ValueError as exc:
        assert "Required: at least" in str(exc)
        return
    used = [
        {int(v) for i in range(len(part)) for v in part.window(i)[:, 0, 0, 0]} for part in parts
    ]
    assert all(used)
    assert not (used[0] & used[1] or used[0] & used[2] or used[1] & used[2])
    for part, frames in zip(parts, used, strict=True):
        assert part.value_range[0] <= min(frames) and part.value_range[1] >= max(frames)
        assert all(np.all(np.diff(part.window(i)[:, 0, 0, 0]) == 1) for i in range(len(part)))


def test_split_parts_know_themselves():
    whole = from_arrays(numbered(1, 100), 4, 6, stride=2)
    train, validation, test = whole.split()
    assert [part.name for part in (train, validation, test)] == ["train", "validation", "test"]
    assert whole.value_range == (0.0, 99.0)
    assert [p.value_range for p in (train, validation, test)] == [(0, 69), (70, 84), (85, 99)]
    direct = from_arrays(numbered(1, 100), 4, 6, stride=2, split="validation")
    assert direct.card() == validation.card()
    assert whole.split(test=0)[2] is None
    # A part can be split again.
    assert [p.spans for p in train.split(0.5, 0)[:2]] == [[(0, 0, 35)], [(0, 35, 70)]]


def test_a_part_may_be_constant_where_the_whole_is_not():
    frames = np.zeros((60, 4, 4))
    frames[3] = 1
    assert from_arrays(frames, 4, 4, split="test").value_range == (0.0, 0.0)


def test_card_summary_and_repr():
    train = from_arrays(FRAMES, 4, 3, stride=2).split()[0]
    card = json.loads(json.dumps(train.card()))
    assert card["split"] == "train" and card["dtype"] == "uint8" and card["stride"] == 2
    assert card["array_shape"] == [3, 30, 8, 12, 2] and card["image_shape"] == [8, 12, 2]
    assert card["num_windows"] == len(train) and card["value_range"] == [0.0, 255.0]
    text = train.summary()
    assert card["axes"] == "NTHWC" and "missing_value" not in card and "usual_step" not in card
    for part in (
        "'train'",
        "read as NTHWC: 3 sequences of 30 frames, 8 x 12 pixels, 2 channels",
        "3 x 30 x 8 x 12 x 2",
        "uint8",
        "0 to 255",
        "4 + 3",
        "stride 2",
    ):
        assert part in text
    assert "split='train'" in repr(train)


def test_bad_settings():
    refuses("context_length=0", FRAMES, 0, 3)
    refuses("horizon=0", FRAMES, 4, 0)
    refuses("horizon=2.0", FRAMES, 4, 2.0)
    refuses("stride=0", FRAMES, stride=0)
    refuses("split='dev'", FRAMES, split="dev")
    refuses("axes='TCHWX'", FRAMES, axes="TCHWX")
    refuses(
        "as NTHWC they are 2 sequences of 12 frames, 3 x 40.*as NTCHW, 2.*40 x 48 pixels, 3",
        np.zeros((2, 12, 3, 40, 48)),
    )
    refuses("frame height=8 with patch_size=3", FRAMES, patch_size=3)
    refuses("sequences of 30 frames .axes read as NTHWC.*20 . 11 = 31 frames", FRAMES, 20, 11)
    refuses("30 frames .axes read as THWC.*axes='NTHW'", np.zeros((30, 40, 9, 3)), 30, 1)


def test_bad_requests():
    data = from_arrays(FRAMES, 4, 3)
    for call, match in [
        (lambda: data.as_dataset(0), "batch_size=0"),
        (lambda: data.as_dataset(2, seed=-1), "seed=-1"),
        (lambda: data.as_dataset(2, first_batch=1), "first_batch=1 with repeat=False"),
        (lambda: data.window(72), "i=72.*num_windows=72"),
        (lambda: data.window(-1), "i=-1"),
        (lambda: data.split(0.9, 0.1), "below 1"),
        (lambda: from_arrays(FRAMES[:1], 10, 10).split(), "30 frames.*at least 60 frames"),
    ]:
        refused(match, call)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_fuzz_of_bad_frames(data):
    """One fault at a time, in frames that are otherwise good; TensorFlow is never reached."""
    height, width, patch = 4 * data.draw(st.integers(1, 4)), 4 * data.draw(st.integers(1, 4)), 4
    length = data.draw(st.integers(7, 12))
    frames = np.random.default_rng(0).random((2, length, height, width, 1))
    fault = data.draw(
        st.sampled_from(["rank", "dtype", "value", "patch", "short", "empty", "constant"])
    )
    if fault == "rank":
        frames = data.draw(st.sampled_from([frames[0, 0, 0], frames[0, 0, ..., 0], frames[None]]))
    elif fault == "dtype":
        frames = frames.astype(
            data.draw(st.sampled_from(["complex64", "S4", "U4", object, "M8[s]"]))
        )
    elif fault == "value":
        place = tuple(data.draw(st.integers(0, size - 1)) for size in frames.shape)
        frames[place] = data.draw(st.sampled_from([np.nan, np.inf, -np.inf, 1e200]))
    elif fault == "patch":
        cut = data.draw(st.integers(1, 3))
        frames = data.draw(st.sampled_from([frames[:, :, cut:], frames[:, :, :, cut:]]))
    elif fault == "short":
        frames = frames[:, : data.draw(st.integers(1, 6))]
    elif fault == "empty":
        frames = data.draw(st.sampled_from([frames[:0], frames[:, :0], frames[..., :0]]))
    else:
        frames = np.full_like(frames, data.draw(st.floats(-1e30, 1e30)))
    with pytest.MonkeyPatch.context() as forbid:
        forbid.setattr(tf.data, "Dataset", None)
        refuses("Required", frames, patch_size=patch)


@pytest.mark.needs_data
def test_real_video(data_file):
    path = data_file("video_nasa_13013_gray_90x160.npz")
    frames = load_array_file(f"{path}:gray")
    parts = from_arrays(frames, 10, 10, stride=5).split()
    assert [part.image_shape for part in parts] == [(90, 160, 1)] * 3
    assert [sum(b - a for _, a, b in part.spans) for part in parts] == [227, 49, 49]
    batch = next(iter(parts[0].as_dataset(2, shuffle=True))).numpy()
    assert batch.shape == (2, 20, 90, 160, 1) and 1 < batch.max() <= 255
    np.testing.assert_array_equal(parts[2].window(0)[..., 0], frames[276:296])
    refuses("frame height=90 with patch_size=4.*88 or 92", frames, 10, 10, patch_size=4)


@pytest.mark.needs_data
def test_real_radar(data_file):
    path = data_file("radar_mrms_20190610_2min_3win.npz")
    codes = load_array_file(f"{path}:rate_tenths_mm_per_h")[:, :, :128, :128]
    rain = np.where(codes == 65535, 0, codes).astype("float32") / 10  # mm/h; no coverage: no rain
    data = from_arrays(rain, 10, 10, stride=4, patch_size=4)
    assert data.image_shape == (128, 128, 1) and len(data) == 15
    assert data.value_range == (0.0, float(rain.max()))
    # 36 frames are too few for three windows in time, so each window of the map is a part.
    train, validation, test = data.split()
    assert [part.spans for part in (train, validation, test)] == [[(n, 0, 36)] for n in range(3)]
    np.testing.assert_array_equal(test.window(1)[..., 0], rain[2, 4:24])
    refuses("NaN or infinite values", np.where(codes == 0, np.nan, rain))


def test_part_takes_given_frames_only():
    frames = np.arange(60.0)[:, None, None] * np.ones((60, 8, 8))
    whole = SequenceDataset.from_arrays(frames, 2, 3)
    part = whole.part([(0, 50, 60)], "test")
    assert part.window(0).min() == 50 and part.window(len(part) - 1).max() == 59
    assert part.name == "test"
    with pytest.raises(ValueError, match=r"longest stretch has 4 frames.*= 5 frames.*to 2 or"):
        whole.part([(0, 10, 14), (0, 20, 22)], "test")


def test_spread_keeps_the_ends_and_leaves_the_whole_alone():
    whole = SequenceDataset.from_arrays(np.random.default_rng(0).random((30, 8, 8)), 2, 2)
    fewer = whole.spread(4)
    assert len(fewer) == 4 and len(whole) == 27
    np.testing.assert_array_equal(fewer.window(0), whole.window(0))
    np.testing.assert_array_equal(fewer.window(3), whole.window(26))
    assert len(whole.spread(100)) == 27
    assert sum(len(batch) for batch in fewer.as_dataset(3)) == 4


def test_fingerprint_tells_arrays_apart():
    frames = np.random.default_rng(0).random((30, 8, 8))
    changed = frames.copy()
    changed[-1, 0, 0] += 1
    prints = {
        SequenceDataset.from_arrays(array, *window).fingerprint()
        for array, window in ((frames, (2, 2)), (frames, (5, 1)), (changed, (2, 2)))
    }
    assert len(prints) == 2
