"""Search for good settings with any tuner of keras-tuner.

You learn: PredRNNHyperModel, its ranges, and what a tuner gives back.
Run: python examples/06_tune.py [--smoke]        needs pip install "st_keras[tune]"
     Kill it and run it again: it goes on. The command line does more, each trial in a process of
     its own: st-keras tune predrnn --data digits --out search/ --trials 20 --steps-per-trial 500
Takes: about 15 minutes on two CPU cores. Writes search/ and best.keras.
"""

import sys

import keras_tuner

import st_keras
from st_keras.tuning import PredRNNHyperModel


def main(smoke=False):
    trials, steps, frames = (2, 4, 6) if smoke else (10, 200, 20)
    digits = st_keras.datasets.MovingDigits(num_frames=frames)
    validation = st_keras.datasets.MovingDigits(
        split="validation", num_sequences=2 if smoke else 32, num_frames=frames
    )

    space = PredRNNHyperModel(
        digits.image_shape,
        steps=steps,
        context_length=frames // 2,
        layers=1 if smoke else (1, 2, 3),  # a choice; one value alone is not searched
        filters=(4, 8) if smoke else (16, 32, 64),
        kernel_size=(3, 5),
        patch_size=8,
        learning_rate=(1e-3, 1e-2),  # any number between the two, logarithmic
        precision="float32",
        max_parameters=500_000,  # a larger model is a failed trial
        seed=0,
    )
    tuner = keras_tuner.RandomSearch(
        space,
        objective=space.objective,  # the error of closed-loop forecasts, not the loss
        max_trials=trials,
        max_consecutive_failed_trials=trials,  # too large is no reason to end
        seed=1,
        directory="search",
        project_name="predrnn",
    )
    tuner.search(
        digits.as_dataset(batch_size=2 if smoke else 8),
        validation_data=validation.as_dataset(batch_size=2 if smoke else 8),
        verbose=2,
    )
    tuner.results_summary(3)
    (best,) = tuner.get_best_models()  # trained, with the weights of its best report
    best.save("best.keras")
    (settings,) = tuner.get_best_hyperparameters()
    untrained = space.build(settings)  # to train it for longer
    print(f"best.keras: {best.count_params():,} parameters, {untrained.network.filters} filters")
    print("To search anew, delete search/ and best.keras.")


if __name__ == "__main__":
    main("--smoke" in sys.argv[1:])
