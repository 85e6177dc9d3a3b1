"""Train on rain, verify beside pysteps' methods with intervals, and write a forecast others open.

You learn: transforms, losses for rain, ImportanceSampling, baselines, compare_rain, write_forecast.
Run: python examples/09_verified_nowcast.py [--smoke]        (needs pip install 'st_keras[geo]';
     with 'st_keras[radar]' pysteps' extrapolation and S-PROG stand in the table, too)
     On a command line: st-keras train, evaluate --protocol radar-60min-v1, forecast --out x.nc
Takes: about two minutes on two CPU cores. Writes nowcast.nc and nowcast.png.
"""

import importlib.util
import sys

import keras
import numpy as np
import xarray

import st_keras

CONTEXT, HORIZON, STEP = 6, 12, np.timedelta64(5, "m")


def showers(count=240, size=64, seed=0):
    """Return rain rates of cells that drift, grow and decay, mm/h, and their times."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:size, :size]
    rain = np.zeros((count, size, size), "float32")
    for _ in range(count // 6):
        begin, life = rng.integers(-20, count), rng.integers(15, 45)
        at, drift, width = rng.random(2) * size, (0.3, 1.1), rng.uniform(2, 6)
        for t in range(max(begin, 0), min(begin + life, count)):
            age = t - begin
            now = [(place + age * step) % size for place, step in zip(at, drift, strict=True)]
            peak = rng.uniform(8, 12) * np.sin(np.pi * age / life)
            rain[t] += peak * np.exp(-((y - now[0]) ** 2 + (x - now[1]) ** 2) / (2 * width**2))
    rain[rain < 0.1] = 0
    return rain, np.datetime64("2026-06-01T00:00", "s") + np.arange(count) * STEP


def main(smoke=False):
    steps, filters, count = (2, (4,), 120) if smoke else (250, (16, 16), 600)
    rain, times = showers(count)
    grid = st_keras.datasets.Grid(
        y=np.arange(64.0),
        x=np.arange(64.0),
        y_attributes={"units": "km"},
        x_attributes={"units": "km"},
    )
    frames = st_keras.datasets.Frames(
        values=rain, axes="THW", times=times, units="mm/h", name="rainfall_rate", grid=grid
    )
    whole = st_keras.datasets.SequenceDataset.from_frames(frames, CONTEXT, HORIZON, stride=2)
    train, validation, test = whole.split(by="time", validation=0.2, test=0.3)

    low, high = train.value_range
    model = st_keras.training.Forecaster(
        st_keras.models.PredRNN(filters, kernel_size=3, patch_size=4),
        context_length=CONTEXT,
        normalization=st_keras.layers.build_transform("rain-rate", low, high, units="mm/h"),
        sampling=st_keras.training.ScheduledSampling.until(max(steps // 2, 2)),
    )
    loss = st_keras.losses.BalancedMSE()  # thresholds and weights in mm/h
    model.compile(keras.optimizers.Adam(2e-3), loss=loss)
    wet_first = st_keras.datasets.ImportanceSampling(level=5.0)
    batches = train.as_dataset(batch_size=4, shuffle=True, repeat=True, importance=wet_first)
    batches = st_keras.datasets.augment(batches, flips=0.5)
    model.fit(
        batches,
        validation_data=validation.as_dataset(batch_size=4),
        steps_per_epoch=steps,
        shuffle=False,
        verbose=2,
    )

    names = ["persistence"]
    if all(importlib.util.find_spec(name) for name in ("pysteps", "cv2")):
        names += ["extrapolation", "sprog"]
    methods = {name: st_keras.baselines.make_baseline(name, units="mm/h") for name in names}
    methods["PredRNN"] = model
    windows = np.stack([test.window(i) for i in range(len(test))])
    context, truth = windows[:, :CONTEXT], windows[:, CONTEXT:]
    sums = {}
    for name, method in methods.items():
        sums[name] = st_keras.metrics.radar.rain_sums(truth, method.forecast(context, HORIZON))
    hours = [str(test.times(i)[0].astype("M8[h]")) for i in range(len(test))]
    compared = st_keras.metrics.radar.compare_rain(sums, names, blocks=hours)
    print(st_keras.metrics.radar.rain_table(compared))

    last = test.times(len(test) - 1)[CONTEXT - 1]
    nowcast = model.forecast(context[-1:], HORIZON)
    path = st_keras.datasets.write_forecast(
        "nowcast.nc", nowcast[0], reference_time=last, step=STEP, grid=grid, units="mm/h",
        name="rainfall_rate", history="examples/09_verified_nowcast.py",
    )  # fmt: skip
    with xarray.open_dataset(path) as file:
        print(file["rainfall_rate"].isel(lead_time=0))
    st_keras.plots.forecast_strip(
        "nowcast.png", context[-1], truth[-1], {"PredRNN": nowcast[0]}, colours="radar",
        units="mm/h", grid=grid,
    )  # fmt: skip


if __name__ == "__main__":
    main("--smoke" in sys.argv[1:])
