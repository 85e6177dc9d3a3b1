"""Open an archive with gaps and missing pixels, look through it, train on it and forecast from it.

You learn: open_frames, inspect_frames, SequenceDataset.from_frames, missing="mask", other inputs.
Run: python examples/08_real_archives.py [--smoke]           (needs pip install 'st_keras[geo]')
     On a command line: st-keras inspect archive.zarr --variable rainfall_rate
     Your own: a folder of files, a pattern, or a URL such as "s3://bucket/radar.zarr".
Takes: about two minutes on two CPU cores. Writes archive.zarr and archive.png.
"""

import sys

import keras
import numpy as np
import xarray

import st_keras


def write_archive(path, count=140, height=45, width=50):
    """Write showers that drift over a radar which sees a disc, and is off for half an hour."""
    t, y, x = np.meshgrid(np.arange(count), np.arange(height), np.arange(width), indexing="ij")
    rain = sum(
        8 * np.exp(-((y - 10 * k - 3) ** 2 + ((x - 1.5 * t - 17 * k) % width - 25) ** 2) / 20)
        for k in range(4)
    ).astype("float32")
    rain[rain < 0.1] = 0
    rain[:, (y[0] - 22) ** 2 + (x[0] - 25) ** 2 > 21**2] = np.nan
    minutes = 5 * np.arange(count)
    minutes[80:] += 30
    minutes[110:] += 5  # and one scan is missing
    archive = xarray.Dataset(
        {
            "rainfall_rate": (("time", "y", "x"), rain, {"units": "mm h-1"}),
            "height": (("y", "x"), 10.0 * y[0], {"units": "m"}),
        },
        coords={
            "time": np.datetime64("2026-06-01T00:00", "s") + minutes.astype("m8[m]"),
            "y": ("y", 1000.0 * np.arange(height), {"units": "m"}),
            "x": ("x", 1000.0 * np.arange(width), {"units": "m"}),
        },
    )
    archive.to_zarr(path, mode="w", consolidated=False, zarr_format=3)


def main(smoke=False):
    steps, filters = (2, (4,)) if smoke else (200, (16, 16))
    write_archive("archive.zarr")
    found = st_keras.datasets.inspect_frames(
        "archive.zarr", variable="rainfall_rate", context_length=6, horizon=6
    )
    print(found.report())
    st_keras.plots.archive_picture(
        "archive.png", found.frame, found.seen, found.sample, found.largest, found.times, "mm/h"
    )

    # Rain is forecast; the height of the ground, and the time of day, are told.
    frames = st_keras.datasets.open_frames(
        "archive.zarr", variable="rainfall_rate,height,time_of_day"
    )
    whole = st_keras.datasets.SequenceDataset.from_frames(
        frames, context_length=6, horizon=6, targets="rainfall_rate", max_missing_scans=1
    )
    train, validation, test = whole.split(by="time")
    print(whole.summary())

    lows, highs = zip(*train.value_ranges, strict=True)
    model = st_keras.training.Forecaster(
        st_keras.models.PredRNN(filters, kernel_size=3, patch_size=4, validity_channel=True),
        context_length=6,
        normalization=st_keras.layers.FrameNormalization.from_range(lows, highs),
        missing="mask",  # what is missing counts in no loss and no score
        max_missing_scans=1,  # and the network learns to do without a scan
        pad=True,  # 45 x 50 pixels, which patches of 4 do not divide
        channels=whole.channels,
        targets=whole.targets,
        future_inputs={"height": "held", "time_of_day_sin": "known", "time_of_day_cos": "known"},
    )
    model.compile(keras.optimizers.Adam(2e-3))
    model.fit(
        train.as_dataset(batch_size=4, shuffle=True, repeat=True),
        validation_data=validation.as_dataset(batch_size=4),
        steps_per_epoch=steps,
        shuffle=False,
        verbose=2,
    )

    windows = np.stack([test.window(i) for i in range(len(test))])
    context, truth, known = model.forecast_parts(windows)
    forecast = model.forecast(context, horizon=6, known=known)  # NaN outside the disc
    persistence = st_keras.metrics.video.persistence_forecast(model.targets_of(context), 6)
    for name, frames in (("PredRNN", forecast), ("persistence", persistence)):
        error = np.nanmean(np.abs(frames - truth))
        print(f"{name:12} mean absolute error {error:.3f} mm/h")
    print(f"{np.isnan(forecast).mean():.0%} of the forecast are NaN: the radar sees nothing there")


if __name__ == "__main__":
    main("--smoke" in sys.argv[1:])
