"""Variables as channels: products, static fields, the time of day."""

import numpy as np

from st_keras.datasets import Frames, Grid, SequenceDataset
from st_keras.datasets.channel_stack import stack_channels, time_of_day
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
    refused("static fields alone: height", stack_channels, "here", [frames("height", (4, 5), "HW")])
