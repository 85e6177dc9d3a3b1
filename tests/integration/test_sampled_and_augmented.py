"""Wet windows drawn with weights, augmented, trained on, forecast to a file, read and scored."""

import numpy as np
import xarray

from st_keras.datasets import (
    Frames,
    Grid,
    ImportanceSampling,
    SequenceDataset,
    augment,
    check_same_grid,
    open_forecast,
    write_forecast,
)
from tests.tiny import tiny_forecaster

GRID = Grid(y=np.arange(16.0)[::-1], x=np.arange(20.0), y_attributes={"units": "km"})
STEP = np.timedelta64(5, "m")
TIMES = np.datetime64("2026-06-01T12:00") + np.arange(24) * STEP


def archive():
    """A shower that grows in the second half of the archive, a corner never seen."""
    rain = np.zeros((24, 16, 20), "float32")
    for t in range(10, 24):
        rain[t, t % 8 : t % 8 + 6, 4:12] = 0.2 * (t - 9)
    rain[:, 12:, 15:] = np.nan
    return Frames(
        values=rain, axes="THW", times=TIMES, grid=GRID, units="mm/h", nan_is_missing=True
    )


def test_from_archive_to_scored_forecast(tmp_path):
    data = SequenceDataset.from_frames(archive(), 2, 3, missing="mask", crop=8, crop_stride=4)
    sampling = ImportanceSampling(level=1.0, weighted=True)
    batches = data.as_dataset(4, seed=1, repeat=True, importance=sampling)
    changed = augment(batches, flips=0.5, turns=0.75, scaling=(0.8, 1.25), seed=2)
    model = tiny_forecaster(missing="mask")
    model.compile(optimizer="adam", loss="mse")
    weights_before = None
    for frames, _, weights in changed.take(1):
        model(frames[:, :-1])
        weights_before = [each.numpy() for each in model.trainable_weights]
        assert np.isfinite(weights).all() and weights.shape == (4,)
    history = model.fit(changed, steps_per_epoch=3, epochs=2, verbose=0, shuffle=False)
    assert np.isfinite(history.history["loss"]).all()
    moved = [
        np.abs(new.numpy() - old).max()
        for new, old in zip(model.trainable_weights, weights_before, strict=True)
    ]
    assert max(moved) > 0

    whole = SequenceDataset.from_frames(archive(), 2, 3, missing="mask")
    numbers = (0, 8, 19)
    windows = np.stack([whole.window(i) for i in numbers])
    ahead = np.asarray(model.forecast(windows[:, :2], horizon=3))
    path = write_forecast(
        tmp_path / "nowcast.nc", ahead, step=STEP, grid=whole.grid, units=whole.units,
        reference_time=[whole.times(i)[1] for i in numbers], name="rainfall_rate",
    )  # fmt: skip
    found = open_forecast(path)
    check_same_grid(found, whole)
    np.testing.assert_array_equal(found.frames, ahead)
    np.testing.assert_array_equal(found.valid_time, [whole.times(i)[2:] for i in numbers])
    # Nothing is known where nothing was seen; elsewhere the file has all that is scored.
    np.testing.assert_array_equal(np.isnan(found.frames), np.isnan(windows[:, 2:]))
    with xarray.open_dataset(path) as file:
        truth = xarray.DataArray(
            archive().values, {"time": TIMES.astype("M8[ns]")}, ("time", "y", "x")
        ).sel(time=file.valid_time)
        error = abs(file["rainfall_rate"] - truth).mean(("reference_time", "y", "x")).values
    expected = np.nanmean(np.abs(ahead - windows[:, 2:]), axis=(0, 2, 3, 4))
    np.testing.assert_allclose(error, expected, rtol=1e-5)
