"""Forecast a storm with the Nowcaster that comes with the package, then train it further.

You learn: sample_rain, Nowcaster.from_preset, distributions, decisions, members, fit.
Run: python examples/10_nowcast.py [--smoke]
     On a command line: st-keras demo nowcast; st-keras train nowcast, evaluate, forecast
Takes: about a minute on two CPU cores. Writes nowcast.png, probability.png and nowcaster.keras.
"""

import sys

import st_keras

CONTEXT, HORIZON = 6, 12


def main(smoke=False):
    storm = st_keras.datasets.sample_rain()  # 36 frames every 2 minutes, mm/h
    print(storm, storm.credit, sep="\n")
    context = storm.frames[None, :CONTEXT]
    truth = storm.frames[None, CONTEXT : CONTEXT + HORIZON]

    model = st_keras.models.Nowcaster.from_preset("nowcast_60min")
    distribution = model.forecast_distribution(context, HORIZON)
    stated = distribution.exceedance(5.0)  # P(R >= 5 mm/h), (1, 12, 128, 128, 1)
    print("P(R >= 5 mm/h), mean by lead time:", stated.mean(axis=(0, 2, 3, 4)).round(4))

    # One field is a decision: what it is best for is said.
    forecasts = {
        name: model.forecast(context, HORIZON, optimise_for=name) for name in ("csi", "mean")
    }
    advection = st_keras.baselines.make_baseline("advection", units="mm/h", fill=0.0)
    forecasts["advection"] = advection.forecast(context, HORIZON)
    sums = {
        name: st_keras.metrics.radar.rain_sums(truth, forecast)
        for name, forecast in forecasts.items()
    }
    for name, of in sums.items():
        print(f"{name:10} CSI at 1 mm/h: {of.scores()['mean']['csi@1']:.3f}")
    members = model.forecast(context, HORIZON, members=4 if smoke else 20, seed=1)
    crps = st_keras.metrics.radar.crps(truth, members)
    print(f"CRPS of {members.shape[1]} members: {crps.mean():.3f} mm/h")

    shown = {name: forecast[0] for name, forecast in forecasts.items()}
    st_keras.plots.forecast_strip(
        "nowcast.png", context[0], truth[0], shown, colours="radar", units="mm/h", grid=storm.grid
    )
    st_keras.plots.forecast_strip(
        "probability.png", (context[0] >= 5).astype("float32"), (truth[0] >= 5).astype("float32"),
        {"P(R >= 5 mm/h)": stated[0]}, vmin=0.0, vmax=1.0,
    )  # fmt: skip

    # Further training, on rain that is made here; yours comes from SequenceDataset.
    steps = 1 if smoke else 20
    made = st_keras.datasets.AdvectedRain((64, 64), CONTEXT + HORIZON, minutes=2, seed=1)
    model.compile()
    model.fit(made.as_dataset(batch_size=2), steps_per_epoch=steps, shuffle=False, verbose=2)
    model.save("nowcaster.keras")


if __name__ == "__main__":
    main("--smoke" in sys.argv[1:])
