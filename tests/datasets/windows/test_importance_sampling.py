"""Windows drawn by their rain: the stated chances, no bias with weights, the same batches again."""

import numpy as np
import pytest

from st_keras.datasets import ImportanceSampling, SequenceDataset
from st_keras.datasets.windows.importance_sampling import window_amounts
from st_keras.datasets.windows.window_draws import WindowDraws
from tests.refusals import refused

RNG = np.random.default_rng(0)
# Two sequences, mostly dry, with a shower that moves; a tenth is missing.
RAIN = RNG.gamma(0.3, 3.0, (2, 30, 12, 10)).astype("float32") * (RNG.random((2, 30, 1, 1)) < 0.4)
RAIN[:, :, :6] *= 0.1
RAIN[RNG.random(RAIN.shape) < 0.1] = np.nan


def dataset(values=RAIN, **reading):
    given = {"missing": "mask", "crop": 6, "crop_stride": (3, 2), "axes": "NTHW"} | reading
    return SequenceDataset.from_arrays(values, 2, 3, **given)


def thorough(**kwargs):
    """Every pixel of every frame is looked at."""
    return ImportanceSampling(level=2.0, frames_looked_at=99, pixel_step=1, **kwargs)


def chances_of(data, sampling):
    return data._windows.draws(sampling)._chances


@pytest.mark.parametrize("rule", ["mean", "share"])
def test_chances_are_those_of_the_rule(rule):
    data, sampling = dataset(), thorough(rule=rule, minimum=0.05)
    amounts = []
    for i in range(len(data)):
        window = data.window(i).astype("float64")
        window = window[~np.isnan(window)]
        share = window >= 2.0 if rule == "share" else np.minimum(np.maximum(window, 0) / 2.0, 1)
        amounts.append(share.mean())
    expected = np.array(amounts) + 0.05
    np.testing.assert_allclose(chances_of(data, sampling), expected / expected.sum(), rtol=1e-12)


def test_only_channels_that_are_forecast_count():
    both = np.stack([RAIN, RNG.random(RAIN.shape, "float32") * 50], axis=-1)
    data = dataset(both, channels=("rain", "height"), targets="rain", axes="NTHWC")
    np.testing.assert_allclose(chances_of(data, thorough()), chances_of(dataset(), thorough()))


def test_a_cheap_look_sees_every_other_pixel_and_few_frames():
    asked = []

    def read(n, start, stop):
        asked.append((n, start))
        return RAIN[n, start:stop, ..., None]

    places = np.array([[1, start, y, x] for start in (4, 9) for y, x in ((0, 0), (1, 3), (5, 3))])
    sampling = ImportanceSampling(level=2.0, frames_looked_at=2, pixel_step=2)
    found = window_amounts(sampling, read, places, 6, (6, 5), [0])
    # Every third frame; no frame beyond the windows.
    assert asked == [(1, 6), (1, 9), (1, 12)]
    for (n, start, y, x), amount in zip(places, found, strict=True):
        frames = [t for t in (6, 9, 12) if start <= t < start + 6]
        part = RAIN[n, frames].astype("float64")[:, y + y % 2 : y + 6, x + x % 2 : x + 5]
        part = np.clip(part[:, ::2, ::2] / 2, 0, 1)
        assert amount == pytest.approx(np.nanmean(part), rel=1e-12)


def test_a_window_of_which_nothing_is_known_is_drawn_as_a_dry_one():
    values = np.zeros((1, 6, 4, 4, 1))
    values[0, 3:] = np.nan
    places = np.array([[0, 0, 0, 0], [0, 3, 0, 0]])
    sampling = ImportanceSampling(level=1.0)
    found = window_amounts(sampling, lambda n, a, b: values[n, a:b], places, 3, (4, 4), [0])
    assert found.tolist() == [0.0, 0.0] and sampling.chances(found).tolist() == [0.5, 0.5]


def test_weighted_means_have_no_bias():
    data, sampling = dataset(), thorough(minimum=0.02, weighted=True)
    truth = np.array([np.nanmean(data.window(i)) for i in range(len(data))])
    draws = data._windows.draws(sampling)
    # Exactly: the expectation over q of w f is the even mean of f.
    weights = draws.weights(np.arange(len(data))).astype("float64")
    assert (draws._chances * weights * truth).sum() == pytest.approx(truth.mean(), rel=1e-6)
    assert weights.max() <= (0.02 + truth.max()) / 0.02
    # And of what is drawn, within four standard errors; without weights it is far off.
    numbers = np.concatenate([draws.numbers(3, 0, batch, 64) for batch in range(200)])
    drawn = weights[numbers] * truth[numbers]
    sigma = drawn.std() / np.sqrt(len(drawn))
    assert abs(drawn.mean() - truth.mean()) < 4 * sigma
    plain = truth[numbers]
    assert plain.mean() - truth.mean() > 10 * plain.std() / np.sqrt(len(plain))


def test_frequencies_are_the_chances():
    chances = np.array([0.5, 0.0001, 0.3, 0.1999])
    draws = WindowDraws(chances)
    numbers = np.concatenate([draws.numbers(0, 0, batch, 100) for batch in range(400)])
    counts = np.bincount(numbers, minlength=4) / len(numbers)
    assert (np.abs(counts - chances) < 4.5 * np.sqrt(chances / len(numbers))).all()


def batches(data, count, **kwargs):
    sampling = ImportanceSampling(level=2.0, weighted=True)
    given = {"batch_size": 5, "seed": 4, "repeat": True, "importance": sampling} | kwargs
    return [
        (frames.numpy(), weights.numpy())
        for frames, nothing, weights in data.as_dataset(**given).take(count)
        if nothing is None
    ]


def test_batches_follow_from_seed_and_number():
    data = dataset()
    first, again = batches(data, 6), batches(dataset(), 6, num_parallel_reads=3)
    later = batches(data, 2, first_batch=4)
    for one, other in [*zip(first, again, strict=True), *zip(first[4:], later, strict=True)]:
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)
    assert not np.array_equal(first[0][1], batches(data, 1, seed=5)[0][1])
    assert not np.array_equal(first[0][1], first[1][1])


@pytest.mark.parametrize("count", [2, 3])
def test_shards_together_are_the_batch(count):
    data = dataset()
    parts = [batches(data, 3, shard=(index, count)) for index in range(count)]
    for whole, *shards in zip(batches(data, 3), *parts, strict=True):
        for k in (0, 1):
            np.testing.assert_array_equal(np.concatenate([each[k] for each in shards]), whole[k])


def test_epochs_have_as_many_windows_as_there_are_and_differ():
    data = dataset().spread(13)
    drawn = data.as_dataset(5, importance=ImportanceSampling(level=2.0))
    assert len(drawn) == 3
    epochs = [np.concatenate(list(drawn.as_numpy_iterator())) for _ in range(2)]
    assert [len(epoch) for epoch in epochs] == [13, 13]
    assert not np.array_equal(*epochs, equal_nan=True)
    spec = data.as_dataset(
        5, repeat=True, importance=ImportanceSampling(level=1.0, weighted=True)
    ).element_spec
    assert spec[0].shape == (5, 5, 6, 6, 1) and spec[2].shape == (5,)


def test_the_frames_are_looked_at_once():
    data, asked = dataset(), []
    read = data._frames.read
    object.__setattr__(data._frames, "read", lambda *args: asked.append(args) or read(*args))
    for weighted in (False, True):
        sampling = ImportanceSampling(level=2.0, minimum=0.5, weighted=weighted)
        data.as_dataset(4, importance=sampling)
        assert 0 < len(asked) <= 60
        seen = len(asked)
    assert len(asked) == seen


@pytest.mark.parametrize("rule", ["mean", "share"])
def test_dry_frames_are_not_read_and_count_all_the_same(rule):
    values = np.nan_to_num(RAIN)
    values[:, ::3] = -1.0 if rule == "mean" else 1.9
    values[0, 3, 0, 0] = np.nan  # this one has to be looked at: not all of it is known
    data, sampling = dataset(values), thorough(rule=rule)
    asked, read = [], data._frames.read
    object.__setattr__(data._frames, "read", lambda *args: asked.append(args) or read(*args))
    found = chances_of(data, sampling)
    dry = (values.max(axis=(2, 3)) < 2) if rule == "share" else (values.max(axis=(2, 3)) <= 0)
    assert dry.sum() >= 19 and not any(dry[n, t] for n, t, _ in asked)
    assert (0, 3, 4) in asked
    places, cut = data._windows.places, data._frames.crops.size
    whole = window_amounts(sampling, read, places, 5, cut, [0])
    np.testing.assert_allclose(found, sampling.chances(whole), rtol=1e-12)


@pytest.mark.parametrize(
    "kwargs, message",
    [
        ({"level": 0.0}, "level=0.0"),
        ({"level": 1.0, "rule": "max"}, "rule='max'.*'mean', 'share'"),
        ({"level": 1.0, "minimum": 0}, "minimum=0"),
        ({"level": 1.0, "frames_looked_at": 0}, "frames_looked_at=0"),
        ({"level": 1.0, "pixel_step": 2.5}, "pixel_step=2.5"),
    ],
)
def test_errors(kwargs, message):
    refused(f"ImportanceSampling: received {message}", ImportanceSampling, **kwargs)
