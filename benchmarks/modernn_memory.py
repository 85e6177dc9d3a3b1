"""Memory of a ModeRNN training step with attention maps kept, and computed again.

python -m benchmarks.modernn_memory [--size 32] [--batch 4] [--frames 10] [--layers 1]

Each form runs in a process of its own, for a peak never goes down. "kept" is the same network where
nothing of slot binding is computed again; losses of both are printed, for they must be equal.
"""

import argparse
import contextlib
import json
import resource
import subprocess
import sys
from unittest import mock

FORMS = ("again", "kept")


def main(arguments=None):
    """Run both forms and print their peaks as a table and as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=32, help="of the feature maps (default: 32)")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--frames", type=int, default=10)
    parser.add_argument("--layers", type=int, default=1)
    parser.add_argument("--filters", type=int, default=64)
    parser.add_argument("--form", choices=FORMS, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.form:
        print(json.dumps(measure(options)))
        return
    sizes = [
        f"--{n}={getattr(options, n)}" for n in ("size", "batch", "frames", "layers", "filters")
    ]
    results = {form: _in_own_process(form, sizes) for form in FORMS}
    print(report(results))
    print(json.dumps(results))


def measure(options):
    """Return peak memory in MiB before and after one training step, and its loss."""
    import keras
    import numpy as np
    import tensorflow as tf

    from st_keras.models import ModeRNN

    keras.utils.set_random_seed(0)
    network = ModeRNN((options.filters,) * options.layers, patch_size=1)
    shape = (options.batch, options.frames, options.size, options.size, 1)
    frames = np.random.default_rng(0).random(shape, "float32")
    network.build(shape)

    @tf.function
    def step(frames):
        with tf.GradientTape() as tape:
            predictions = network(frames[:, :-1], training=True)
            loss = tf.reduce_mean(tf.square(predictions - frames[:, 1:]))
        gradients = tape.gradient(loss, network.trainable_weights)
        return loss, tf.add_n([tf.reduce_sum(tf.square(g)) for g in gradients])

    before = _peak()
    with maps_kept() if options.form == "kept" else contextlib.nullcontext():
        loss, norm = step(frames)
    return {"before": before, "peak": _peak(), "loss": float(loss), "gradient": float(norm)}


@contextlib.contextmanager
def maps_kept():
    """Let slot binding keep its maps for the gradient, in graphs that are traced inside."""
    from st_keras.models.modernn import slot_binding

    with mock.patch.object(slot_binding, "remat_call", lambda function, given: function(given)):
        yield


def report(results):
    """Return the table of `{form: measurement}`."""
    lines = [f"{'attention maps':16}{'before, MiB':>14}{'peak, MiB':>12}{'loss':>12}"]
    for form, found in results.items():
        name = "computed again" if form == "again" else form
        lines.append(
            f"{name:16}{found['before']:>14.0f}{found['peak']:>12.0f}{found['loss']:>12.6f}"
        )
    return "\n".join(lines)


def _in_own_process(form, sizes):
    command = [sys.executable, "-m", "benchmarks.modernn_memory", *sizes, f"--form={form}"]
    # Nothing but this module and whole numbers.
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    return json.loads(done.stdout.splitlines()[-1])


def _peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
