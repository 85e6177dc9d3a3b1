"""Training iterations follow those of the reference code, through the project's own `fit`."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.export.reference_weights import reference_values, to_channels_last
from st_keras.training import Forecaster
from tests.golden import ADAM_EPSILON, Golden

TOLERANCES = {"v1_sgd": 1e-5, "v2_sgd": 5e-4, "v2_adam": 5e-2}
pytestmark = pytest.mark.needs_data


class WithGivenMasks(Forecaster):
    """Takes its masks from the dataset: elements are (frames, mask)."""

    def train_step(self, data):
        frames, mask = data
        return self.update_weights(self._training_sequences(frames)[0], mask)


class LossOfEachBatch(keras.callbacks.Callback):
    """Keras logs running means over an epoch; start anew at every batch."""

    def __init__(self):
        super().__init__()
        self.losses = []

    def on_train_batch_begin(self, batch, logs=None):
        self.model.reset_metrics()

    def on_train_batch_end(self, batch, logs=None):
        self.losses.append(logs["loss"])


# CI runs the beginning of one of the three: that with decoupling, by SGD.
@pytest.mark.parametrize(
    "name, iterations",
    [("v2_sgd", 10), *(pytest.param(n, 40, marks=pytest.mark.long) for n in TOLERANCES)],
)
def test_iterations(name, iterations):
    golden = Golden(f"trajectory_predrnn_{name}")
    meta, frames, flags = golden.meta, golden["frames"], golden["true_frame_flags"]
    model = WithGivenMasks(
        golden.network(frames.shape[1:]),
        context_length=meta["input_length"],
        decoupling_weight=meta["decouple_beta"],
        reverse_input=True,
    )
    rate = meta["learning_rate"]
    optimizers = {
        "sgd": keras.optimizers.SGD(rate),
        "adam": keras.optimizers.Adam(rate, epsilon=ADAM_EPSILON),
    }
    model.compile(optimizer=optimizers[meta["optimizer"]])
    # Step 0 always sees the observed frame; column t-1 of the flags belongs to step t.
    mask = np.concatenate([np.ones((*flags.shape[:2], 1)), flags], axis=-1).astype("float32")
    dataset = tf.data.Dataset.from_tensor_slices((frames, mask)).take(iterations)
    log = LossOfEachBatch()
    model.fit(dataset, epochs=1, shuffle=False, verbose=0, callbacks=[log])

    theirs = golden["losses"].mean(axis=1)[:iterations]  # of the forward and the reversed batch
    relative = np.abs(np.array(log.losses) - theirs) / theirs
    print(f"{name}: losses within {relative.max():.1e} relative over {len(theirs)} iterations")
    if iterations == 40:
        final = max(
            np.max(np.abs(ours - to_channels_last(name, golden[f"final/{name}"])))
            for name, ours in reference_values(model.network).items()
        )
        print(f"{name}: final weights within {final:.1e} absolute")
    assert len(log.losses) == len(theirs) == iterations
    assert relative.max() <= TOLERANCES[name]
    assert int(model.optimizer.iterations) == 2 * iterations
