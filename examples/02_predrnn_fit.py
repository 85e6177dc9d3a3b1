"""Train PredRNN-V2 with `model.fit`, forecast, and compare with persistence.

You learn: network, Forecaster, compile, fit, forecast, save.
Run: python examples/02_predrnn_fit.py [--smoke]
Takes: about 3 minutes on two CPU cores. Expect: a clearly lower MSE than persistence.
"""

import sys

import keras

import st_keras


def main(smoke=False):
    steps = 8 if smoke else 400
    train = st_keras.datasets.MovingDigits(split="train").as_dataset(batch_size=2 if smoke else 8)
    test = st_keras.datasets.MovingDigits(split="test").sequences(0, 8)  # (8, 20, 64, 64, 1)

    network = st_keras.models.PredRNN(filters=(32, 32), kernel_size=3, patch_size=4)
    model = st_keras.training.Forecaster(
        network,
        context_length=10,
        sampling=st_keras.training.ScheduledSampling.over(steps),
        decoupling_weight=0.02,
    )
    model.compile(optimizer=keras.optimizers.Adam(3e-3))
    model.fit(train, steps_per_epoch=steps // 4, epochs=4, shuffle=False, verbose=2)

    future = model.forecast(test[:, :10], horizon=10)  # (8, 10, 64, 64, 1)
    persistence = st_keras.metrics.video.persistence_forecast(test[:, :10], 10)
    for name, forecast in (("PredRNN-V2", future), ("persistence", persistence)):
        scores = st_keras.metrics.video.score_forecasts(test[:, 10:], forecast, max_value=1.0)
        print(f"{name}: MSE {scores['mse'].mean():.1f} per frame")


if __name__ == "__main__":
    main("--smoke" in sys.argv[1:])
