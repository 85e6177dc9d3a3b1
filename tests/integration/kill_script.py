"""Train under `ExactResume`, killed again and again, and compare with a run that was not.

`python -m tests.integration.kill_script --kills 20` kills the training with SIGKILL at random
moments, every other time while it writes, starts it again until it is done, and compares all
weights and optimizer variables byte by byte.
"""

import argparse
import os
import pathlib
import random
import signal
import tempfile
import time

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from st_keras.files.whole_file import UNFINISHED

BATCHES_PER_EPOCH = 12
PATIENCE = 120.0  # seconds without a new state


def train(folder, epochs):
    """Train a small model in `folder`; in the end write the bytes of all it has learned."""
    import keras
    import numpy as np
    import tensorflow as tf

    from st_keras.training import ExactResume

    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((16,)),
            keras.layers.Dense(384, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(384, activation="relu"),
            keras.layers.Dense(1),
        ]
    )
    model.compile("adam", "mse", metrics=["mae"])
    rng = np.random.default_rng(0)
    numbers = rng.random((160, 16), dtype="float32"), rng.random((160, 1), dtype="float32")
    data = tf.data.Dataset.from_tensor_slices(numbers).shuffle(160, seed=1).repeat().batch(8)
    model.fit(
        data,
        steps_per_epoch=BATCHES_PER_EPOCH,
        epochs=epochs,
        callbacks=[ExactResume(folder / "states", every=1)],
        shuffle=False,
        verbose=0,
    )
    assert int(model.optimizer.iterations) == epochs * BATCHES_PER_EPOCH
    learned = [v.numpy().tobytes() for v in [*model.variables, *model.optimizer.variables]]
    (folder / "learned.part").write_bytes(b"".join(learned))
    os.replace(folder / "learned.part", folder / "learned")


def start(folder, epochs):
    """Train in a process of its own; return its id."""
    child = os.fork()
    if child:
        return child
    try:
        train(folder, epochs)
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def finished(child):
    """Whether the process has ended; an error there is one here."""
    ended, status = os.waitpid(child, os.WNOHANG)
    if ended and status:
        raise RuntimeError(f"the training ended with status {status}")
    return bool(ended)


def states(folder):
    """Names in the folder of states."""
    try:
        return set(os.listdir(folder / "states"))
    except FileNotFoundError:
        return set()


def kill_at(child, folder, moments, while_writing):
    """Kill the training once it has got on; return whether it was still running."""
    before, more = states(folder), moments.randint(1, 4)
    deadline = time.monotonic() + PATIENCE
    while len({n for n in states(folder) - before if n.endswith(".npz")}) < min(more, 3):
        if finished(child):
            return False
        if time.monotonic() > deadline:
            raise RuntimeError("the training does not get on")
        time.sleep(0.001)
    if while_writing:
        while not any(name.startswith(UNFINISHED) for name in states(folder)):
            if finished(child):
                return False
        time.sleep(moments.uniform(0, 0.004))
    else:
        time.sleep(moments.uniform(0, 0.1))
    if finished(child):
        return False
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def run(kills, seed):
    """Train with and without kills; return the line that says how it went."""
    import st_keras.training  # noqa: F401  (once, for all processes that are forked here)

    moments, epochs = random.Random(seed), max(2, kills)
    with tempfile.TemporaryDirectory() as name:
        whole, killed = pathlib.Path(name, "whole"), pathlib.Path(name, "killed")
        for folder in (whole, killed):
            folder.mkdir()
        survived = cut = 0
        for number in range(kills):
            if not kill_at(start(killed, epochs), killed, moments, number % 2 == 0):
                break
            survived += 1
            cut += any(name.startswith(UNFINISHED) for name in states(killed))
        for folder in (killed, whole):
            child = start(folder, epochs)
            while not finished(child):
                time.sleep(0.02)
        one, two = ((folder / "learned").read_bytes() for folder in (whole, killed))
        left = [name for name in states(killed) if not name.endswith(".npz")]
    equal = sum(a == b for a, b in zip(one, two, strict=True))
    return (
        f"{survived} kills survived in {epochs * BATCHES_PER_EPOCH} batches, {cut} of them left a "
        f"half-written file, {len(left)} of which remain; {equal} of {len(one)} bytes of weights "
        "and optimizer equal those of a run that was not killed"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(run(options.kills, options.seed))
