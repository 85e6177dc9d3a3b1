"""Train ModeRNN on a mixture of modes; score each mode and read out the slots.

You learn: MixedModes, errors by mode, slot_responses, slot maps.
Run: python examples/04_modernn_modes.py [--smoke]
Takes: about 4 minutes on two CPU cores. Writes slot_maps.png.
"""

import sys

import keras
import numpy as np

import st_keras

MODES = ("two_digits", "straight", "rotating_scaling")


def main(smoke=False):
    steps, frames = (4, 6) if smoke else (400, 20)
    half = frames // 2
    mixture = st_keras.datasets.MixedModes(modes=MODES, num_frames=frames)
    network = st_keras.models.ModeRNN(filters=(32, 32), num_slots=4, patch_size=8)
    model = st_keras.training.Forecaster(
        network,
        context_length=half,
        sampling=st_keras.training.ScheduledSampling.over(max(steps, 8)),
    )
    model.compile(optimizer=keras.optimizers.Adam(2e-3))
    model.fit(
        mixture.as_dataset(batch_size=8), steps_per_epoch=steps, epochs=1, shuffle=False, verbose=2
    )

    test = st_keras.datasets.MixedModes(modes=MODES, split="test", num_frames=frames)
    sequences, labels = test.sequences(0, 12), test.mode_labels(0, 12)
    future = model.forecast(sequences[:, :half], horizon=half)
    errors = np.square(future - sequences[:, half:]).sum((2, 3, 4)).mean(1)  # (12,)
    print(st_keras.metrics.modes.mode_errors(errors, labels, names=MODES))

    shown = [int(np.flatnonzero(labels == k)[0]) for k in (0, 1)]
    fed = sequences[shown][:, :-1]
    importance, attention = network.slot_responses(fed)  # per layer (B, T, S, 4F), (B, T, S, h, w)
    path = st_keras.plots.slot_maps(
        "slot_maps.png",
        fed,
        np.asarray(attention[-1]),
        np.asarray(importance[-1]).mean(-1),
        titles=[MODES[labels[k]] for k in shown],
    )
    print(f"slot maps: {path}")


if __name__ == "__main__":
    main("--smoke" in sys.argv[1:])
