"""Variables as channels: products, static fields, the time of day."""

import dataclasses

import numpy as np

from st_keras.datasets import Frames, Grid, SequenceDataset
from st_keras.datasets.archives.channel_stack import stack_channels, time_of_day
from st_keras.datasets.archives.joined_values import FrameSources
from tests.refusals import refused

RNG = np.random.default_rng(0)
TIMES = np.datetime64("2026-06-01T00:00") + 6 * np.arange(8).astype("m8[h]")


def frames(name="rain", shape=(8, 4, 5), axes="THW", **kwargs):
    values = RNG.random(shape)
    times = None if axes == "HW" else TIMES
    return Frames(**{"values": values, "axes": axes, "name": name, "times": times, **kwargs})


def test_channels_stand_side_by_side():
    rain = frames(units="mm/h", nan_is_missing=True)
    height = frames("height", (4, 5), "HW", units="m")
    winds = frames("wind", (8, 2, 4, 5), "TCHW", units="m/s", channels=("u", "v"))
    stacked = stack_channels("here", [rain, height, winds])
    assert stacked.channels == ("rain", "height", "wind_u", "wind_v")
    assert stacked.attributes["channel_units"] == ["mm/h", "m", "m/s", "m/s"]
    assert stacked.units is None and stacked.nan_is_missing and stacked.times is TIMES
    data = SequenceDataset.from_frames(stacked, 2, 2, targets=("rain",))
    window = data.window(3)
    np.testing.assert_allclose(window[..., 0], rain.values[3:7], rtol=1e-6)
    np.testing.assert_allclose(window[2, ..., 1], height.values, rtol=1e-6)
    np.testing.assert_allclose(window[..., 3], winds.values[3:7, 1], rtol=1e-6)


def test_time_of_day_goes_round_once_a_day():
    rain = frames()
    stacked = stack_channels("here", [rain, time_of_day("here", rain)])
    assert stacked.channels == ("rain", "time_of_day_sin", "time_of_day_cos")
    window = SequenceDataset.from_frames(stacked, 4, 4).window(0)
    np.testing.assert_allclose(window[:, 2, 2, 1], [0, 1, 0, -1] * 2, atol=1e-6)
    np.testing.assert_allclose(window[:, 0, 0, 2], [1, 0, -1, 0] * 2, atol=1e-6)
    refused("time_of_day of frames whose times", time_of_day, "here", frames(times=None))


def test_what_does_not_go_together():
    rain = frames()
    refused(
        "'snow' of .* beside 'rain'",
        stack_channels,
        "h",
        [rain, frames("snow", (7, 4, 5), times=None)],
    )
    refused("'snow' of .*one grid", stack_channels, "h", [rain, frames("snow", (8, 4, 6))])
    refused(
        "at other times",
        stack_channels,
        "h",
        [rain, frames("snow", times=TIMES + np.timedelta64(1, "h"))],
    )
    grids = [Grid(y=np.arange(4.0), x=np.arange(5.0) + shift) for shift in (0, 1)]
    pair = [frames(name, grid=grid) for name, grid in zip("ab", grids, strict=True)]
    refused("'b' on another grid", stack_channels, "here", pair)
    refused("'b' on another grid", stack_channels, "here", [frames("c"), *pair])
    assert stack_channels("here", [frames("c"), pair[1]]).grid is grids[1]
    refused("static fields alone: height", stack_channels, "here", [frames("height", (4, 5), "HW")])


def test_sequences_of_different_length_keep_theirs():
    lengths, times = (8, 5), [TIMES, TIMES[:5]]
    values = {
        name: [RNG.random((t, 4, 5)).astype("float32") for t in lengths]
        for name in ("rain", "cloud")
    }
    parts = [Frames(values=values[name], axes="THW", name=name, times=times) for name in values]
    parts += [frames("height", (4, 5), "HW"), time_of_day("here", parts[0])]
    stacked = stack_channels("here", parts)
    data = SequenceDataset.from_frames(stacked, 2, 2, crop=(2, 3), targets="rain")
    assert [tuple(place) for place in data._windows.places[::2, :2]] == [
        *((0, t) for t in range(5)),
        *((1, t) for t in range(2)),
    ]
    last = data.window(len(data) - 1)
    for number, name in enumerate(("rain", "cloud")):
        np.testing.assert_array_equal(last[..., number], values[name][1][1:5, 2:4, :3])
    np.testing.assert_array_equal(
        last[..., 2], np.float32(parts[2].values[2:4, :3])[None].repeat(4, 0)
    )
    np.testing.assert_allclose(last[:, 0, 0, 3], [1, 0, -1, 0], atol=1e-6)
    shorter = Frames(values=[v[1:] for v in values["cloud"]], axes="THW", name="snow")
    refused("'snow' of .* beside 'rain'", stack_channels, "here", [parts[0], shorter])


def test_times_are_those_of_any_variable():
    rain, cloud = frames(times=None), frames("cloud")
    assert stack_channels("here", [rain, cloud]).times is TIMES


def test_a_field_in_each_of_several_files():
    names = ["a.nc", "b.nc", "c.nc"]
    fields = RNG.random((3, 4, 5)).astype("float32")
    rain = frames(sources=FrameSources(names, [3, 1, 4]))
    height = frames("height", axes="THW", times=None, sources=FrameSources(names, [1, 1, 1]))
    height = dataclasses.replace(height, values=fields)
    for found in ([rain, height], [height, rain]):
        stacked = stack_channels("here", found)
        window = SequenceDataset.from_frames(stacked, 3, 4, targets="rain").window(1)
        told = window[..., stacked.channels.index("height")]
        np.testing.assert_array_equal(told, fields[[0, 0, 1, 2, 2, 2, 2]])
    other = dataclasses.replace(height, sources=FrameSources(["a.nc", "b.nc", "d.nc"], [1, 1, 1]))
    refused("'height' of .* beside 'rain'", stack_channels, "here", [rain, other])


def made(rain, **reading):
    parts = [
        frames(values=rain, units="mm/h", name="rain", nan_is_missing=True),
        frames("height", (4, 5), "HW", units="m"),
    ]
    return SequenceDataset.from_frames(
        stack_channels("here", parts), 2, 2, targets="rain", **reading
    )


def test_what_is_checked_of_a_target_is_not_hidden_by_other_channels():
    rain = RNG.random((8, 4, 5))
    assert made(rain).units == "mm/h" and " mm/h" in made(rain).summary()
    refused("frames in 'mm/h'.*stated or trained on, 'dBZ'", made, rain, units="dBZ")
    refused("constant frames of channel 'rain': every value is 2", made, np.full_like(rain, 2))
    refused("channel 'rain' whose every value is the missing", made, np.full_like(rain, np.nan))
    wet = rain.copy()
    wet[3, 1, 1] = -1
    refused("rain of -1 mm/h", made, wet)
    # Where it never rains nothing is to be forecast, though the ground is known there.
    dry = rain.copy()
    dry[:, :, 2:] = np.nan
    data = made(dry, crop=(4, 2), crop_stride=1)
    assert np.unique(data._windows.places[:, 3]).tolist() == [0, 1]
