"""Row: all GPUs of this machine make the update that one makes, and how much faster."""

import time

import keras
import tensorflow as tf

from benchmarks.gpu import devices
from benchmarks.gpu.speed import MODEL
from benchmarks.gpu.updates import TOLERANCE, largest_difference, trained
from benchmarks.speed.contestant import OURS, Contestant
from benchmarks.speed.frames import random_frames
from benchmarks.speed.tensorflow_contestant import LEARNING_RATE, make_model
from st_keras.training import make_strategy


def run(arguments, settings):
    """Compare one device with all of them.

    Args:
        arguments: dict, empty.
        settings: of `benchmarks.gpu.options`.

    Returns:
        Dict of JSON values: "status" ("one GPU" where there is but one), "text", "devices",
        "difference" of the weights after four updates, "sequences_per_second" of one and of all.
    """
    names = devices.tensorflow_devices(settings.smoke)
    if len(names) < 2:
        return {"status": "one GPU", "text": "one GPU here: nothing to compare", "devices": names}
    devices.allow_tensor_float("tensorflow", False)
    alone = trained().get_weights()
    strategy = make_strategy("mirrored")
    with strategy.scope():
        together = trained()
    difference = largest_difference(alone, together.get_weights())
    devices.allow_tensor_float("tensorflow", True)
    rates = [
        sequences_per_second(tf.distribute.get_strategy(), settings.batch, settings),
        sequences_per_second(strategy, settings.batch * len(names), settings),
    ]
    return {
        "status": "ok" if difference <= TOLERANCE else "differs",
        "text": f"{strategy.num_replicas_in_sync} replicas: weights differ by {difference:.1e}; "
        f"{rates[0]:.3g} sequences/s on one, {rates[1]:.3g} on all",
        "devices": names,
        "difference": difference,
        "sequences_per_second": rates,
    }


def sequences_per_second(strategy, batch, settings):
    """Return the rate of `fit` in float32, traced before, at a global batch."""
    contestant = Contestant(OURS, MODEL, "float32", "train")
    frames = random_frames(settings, contestant.model, contestant.mode)[:1]
    frames = tf.repeat(tf.constant(frames), batch, axis=0)
    dataset = tf.data.Dataset.from_tensors(frames).repeat()
    with strategy.scope():
        model = make_model(contestant, settings)
        model.build(frames.shape)
        model.compile(keras.optimizers.Adam(LEARNING_RATE), jit_compile=False)
    model.fit(dataset, steps_per_epoch=2, shuffle=False, verbose=0)
    begin = time.perf_counter()
    model.fit(dataset, steps_per_epoch=2 * settings.rounds, shuffle=False, verbose=0)
    return 2 * settings.rounds * batch / (time.perf_counter() - begin)
