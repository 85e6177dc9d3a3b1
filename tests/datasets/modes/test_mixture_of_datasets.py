import json

import numpy as np
import pytest

from st_keras.datasets import MovingDigits, SequenceDataset
from st_keras.datasets.modes.mixed_modes import MixedModes
from st_keras.datasets.modes.mixture_of_datasets import MixtureOfDatasets


def region(seed, length=20, context_length=3, scale=1.0, offset=0.0, size=8):
    frames = np.random.default_rng(seed).random((length, size, size), "float32")
    return SequenceDataset.from_arrays(scale * frames + offset, context_length, horizon=2)


NORTH, SOUTH = region(0), region(1, length=12)  # 16 and 8 windows


def mixture(**arguments):
    return MixtureOfDatasets({"north": NORTH, "south": SOUTH}, **arguments)


def windows(dataset, numbers):
    return np.stack([dataset.window(int(i)) for i in numbers])


def test_balanced_however_large_the_datasets_are():
    both = mixture()
    assert both.modes == ("north", "south") and both.num_sequences is None
    assert both.image_shape == (8, 8, 1) and both.num_frames == 5
    labels = both.mode_labels(0, 60)
    assert (labels.reshape(30, 2).sum(axis=1) == 1).all()
    frames = both.sequences(0, 60)
    assert frames.flags.c_contiguous and frames.dtype == np.float32
    # In the datasets' own order; the one that runs out starts over.
    np.testing.assert_array_equal(frames[labels == 0], windows(NORTH, np.arange(30) % 16))
    np.testing.assert_array_equal(frames[labels == 1], windows(SOUTH, np.arange(30) % 8))


def test_only_and_fixed_sets():
    both = mixture(num_sequences=19, seed=4)
    labels, frames = both.mode_labels(0, 19), both.sequences(0, 19)
    for label, mode in enumerate(both.modes):
        alone = both.only(mode)
        assert alone.num_sequences == (labels == label).sum()
        expected = frames[labels == label]
        np.testing.assert_array_equal(alone.sequences(0, len(expected)), expected)
    assert both.only("north").value_range == NORTH.value_range
    batches = list(both.as_dataset(8, labels=True))
    np.testing.assert_array_equal(np.concatenate([f for f, _ in batches]), frames)
    np.testing.assert_array_equal(np.concatenate([n for _, n in batches]), labels)


def test_shuffle_is_a_new_order_each_time_through():
    def order(dataset, mode, shown):
        every = windows(dataset, range(len(dataset)))
        return [int(np.flatnonzero((every == f).all(axis=(1, 2, 3, 4)))[0]) for f in shown]

    both = mixture(shuffle=True, seed=1)
    shown = order(SOUTH, "south", both.only("south").sequences(0, 24))
    rounds = [shown[i : i + 8] for i in (0, 8, 16)]
    assert all(sorted(r) == list(range(8)) for r in rounds)
    assert len({tuple(r) for r in rounds}) == 3
    again = mixture(shuffle=True, seed=1).only("south").sequences(5, 10)
    np.testing.assert_array_equal(again, both.only("south").sequences(0, 24)[5:15])
    other = mixture(shuffle=True, seed=2).only("south").sequences(0, 8)
    assert order(SOUTH, "south", other) != rounds[0]
    # Two regions of the same times do not go through them together.
    twins = MixtureOfDatasets({"a": SOUTH, "b": SOUTH}, shuffle=True)
    a, b = (order(SOUTH, name, twins.only(name).sequences(0, 8)) for name in "ab")
    assert a != b


def test_endless_digits_beside_a_fixed_set():
    arguments = {"image_size": 32, "num_frames": 4}
    endless = MovingDigits(**arguments)
    fixed = MovingDigits(split="test", num_sequences=3, **arguments)
    both = MixtureOfDatasets({"endless": endless, "fixed": fixed})
    labels, frames = both.mode_labels(0, 16), both.sequences(0, 16)
    np.testing.assert_array_equal(frames[labels == 0], endless.sequences(0, 8))
    expected = fixed.sequences(0, 3)[np.arange(8) % 3]
    np.testing.assert_array_equal(frames[labels == 1], expected)
    assert both.value_range == (0.0, 1.0)
    shuffled = MixtureOfDatasets({"endless": endless, "fixed": fixed}, shuffle=True)
    later = shuffled.only("endless").sequences(5, 2)
    np.testing.assert_array_equal(later, endless.sequences(5, 2))


def test_mixtures_of_mixtures():
    arguments = {"num_frames": 3, "image_size": 40}
    straight = MixedModes(modes=("straight",), **arguments)
    rest = MixedModes(modes=("one_digit", "accelerating"), **arguments)
    both = MixtureOfDatasets({"straight": straight, "rest": rest})
    np.testing.assert_array_equal(both.only("rest").sequences(3, 4), rest.sequences(3, 4))


def test_value_range():
    low = min(NORTH.value_range[0], SOUTH.value_range[0])
    high = max(NORTH.value_range[1], SOUTH.value_range[1])
    assert mixture().value_range == (low, high)
    drizzle, storm = region(0, scale=2.0), region(1, scale=150.0)
    assert MixtureOfDatasets({"a": drizzle, "b": storm}).value_range[1] > 140

    class Unknown(MovingDigits):
        value_range = None

    both = MixtureOfDatasets({"a": MovingDigits(), "b": Unknown()})
    assert both.value_range is None


def test_card_and_repr():
    both = mixture(seed=3, num_sequences=9)
    card = json.loads(json.dumps(both.card()))
    assert card["dataset"] == "MixtureOfDatasets" and card["seed"] == 3
    assert card["modes"]["south"] == json.loads(json.dumps(SOUTH.card()))
    assert card["num_sequences"] == 9 and card["shuffle"] is False and card["num_frames"] == 5
    assert "'north': SequenceDataset(" in repr(both) and "num_sequences=9" in repr(both)

    class Plain:
        num_sequences, num_frames, image_shape = 2, 5, (8, 8, 1)

        def __repr__(self):
            return "Plain()"

        def sequences(self, start, count):
            return np.zeros((count, 5, 8, 8, 1), "float32")

    assert MixtureOfDatasets({"a": Plain(), "b": NORTH}).card()["modes"]["a"] == "Plain()"


@pytest.mark.parametrize(
    "datasets, arguments, match",
    [
        ({}, {}, "type dict, 0 of them.*at least two"),
        ({"north": NORTH}, {}, "type dict, 1 of them.*use a single dataset as it is"),
        ([NORTH, SOUTH], {}, "type list, 2 of them.*a dict from names"),
        (NORTH, {}, "type SequenceDataset.*a dict from names"),
        ({"a": NORTH, 2: SOUTH}, {}, "datasets with the name 2"),
        ({"a": NORTH, "b": np.zeros(3)}, {}, "'b' of type ndarray.*num_windows"),
        (
            {"a": NORTH, "b": region(1, size=9)},
            {},
            r"image_shape of 'a' \(8, 8, 1\), 'b' \(9, 9, 1\).*Crop or resize",
        ),
        (
            {"a": NORTH, "b": region(1, context_length=4)},
            {},
            r"num_frames of 'a' 5, 'b' 6.*context_length \+ horizon",
        ),
        (
            {"a": NORTH, "b": region(1, scale=255.0)},
            {},
            "values of 'a' from .* and of 'b' .*100 times as wide.*same_units=True",
        ),
        (
            {"a": NORTH, "b": SOUTH, "c": region(1, offset=273.0)},
            {},
            "of 'c' from 273.* to 27.*ranges that overlap",
        ),
        ({"a": NORTH, "b": SOUTH}, {"seed": -1}, "seed=-1"),
        ({"a": NORTH, "b": SOUTH}, {"num_sequences": 0}, "num_sequences=0"),
    ],
)
def test_refusals(datasets, arguments, match):
    with pytest.raises(ValueError, match=match) as info:
        MixtureOfDatasets(datasets, **arguments)
    assert "MixtureOfDatasets: received" in str(info.value)


def test_ranges_are_not_compared_where_the_user_vouches_for_the_units():
    datasets = {"a": NORTH, "b": region(1, scale=255.0)}
    assert MixtureOfDatasets(datasets, same_units=True).value_range[1] > 250


@pytest.mark.needs_data
def test_two_radar_regions(data_file):
    with np.load(data_file("radar_mrms_20190610_2min_3win.npz"), allow_pickle=False) as content:
        rain = next(a for a in content.values() if a.ndim == 4)
    assert rain.shape[:2] == (3, 36)
    west, east = (
        SequenceDataset.from_arrays(np.minimum(region, 3000)[:, ::8, ::8], 5, 5)
        for region in rain[:2]
    )
    both = MixtureOfDatasets({"west": west, "east": east}, num_sequences=30)
    frames, labels = both.sequences(0, 30), both.mode_labels(0, 30)
    np.testing.assert_array_equal(frames[labels == 0], windows(west, range(15)))
    np.testing.assert_array_equal(frames[labels == 1], windows(east, range(15)))
