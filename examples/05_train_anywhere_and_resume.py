"""Train on whatever devices there are, look at it in TensorBoard, and go on after a kill.

You learn: make_strategy, ExactResume, NaNGuard, TensorBoardRecords.
Run: python examples/05_train_anywhere_and_resume.py [--smoke]
     Kill it and run it again: it goes on. `tensorboard --logdir run` shows its course.
     On several hosts, set TF_CONFIG and start it on each of them.
Takes: about 4 minutes on two CPU cores. Writes run/ and trained.keras.
"""

import sys

import keras

import st_keras
from st_keras.training import ExactResume, NaNGuard, TensorBoardRecords, make_strategy
from st_keras.training.strategies import worker_index


def main(smoke=False):
    steps, epochs, frames = (4, 2, 6) if smoke else (150, 4, 20)
    half = frames // 2
    strategy = make_strategy("auto")  # before anything else asks for devices
    digits = st_keras.datasets.MovingDigits(num_frames=frames)
    test = st_keras.datasets.MovingDigits(split="test", num_frames=frames).sequences(0, 8)

    keras.utils.set_random_seed(0)
    with strategy.scope():
        model = st_keras.training.Forecaster(
            st_keras.models.PredRNN(filters=(32, 32), kernel_size=5, patch_size=8),
            context_length=half,
            sampling=st_keras.training.ScheduledSampling.over(steps * epochs),
        )
        # Clipping acts on the whole gradient here, on any number of replicas.
        model.compile(keras.optimizers.Adam(2e-3, global_clipnorm=1.0))
        model.build((None, None, *digits.image_shape))
        resume = ExactResume("run/resume", every=50, replay_data=False)
        first_batch = resume.position  # within the scope: all workers agree on it
        print(f"{strategy.num_replicas_in_sync} replicas; begins at batch {first_batch}")
    history = model.fit(
        digits.as_dataset(batch_size=8, first_batch=first_batch),  # 8 of all replicas together
        steps_per_epoch=steps,
        epochs=epochs,
        shuffle=False,
        verbose=2,
        callbacks=[resume, NaNGuard(), TensorBoardRecords("run/tensorboard", sequences=test)],
    )
    print(f"loss by epoch: {[round(loss, 4) for loss in history.history['loss']]}")
    if worker_index() == 0:  # the others have the same weights
        model.save("trained.keras")
    print("To train anew, delete run/ and trained.keras.")


if __name__ == "__main__":
    main("--smoke" in sys.argv[1:])
