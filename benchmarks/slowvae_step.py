"""Time of one SlowVAE training step: ours, PyTorch's, the convolutions alone, and the input.

    python -m benchmarks.slowvae_step [--images 128] [--rounds 30]

All are measured in one run, in turns, since a machine's speed drifts. PyTorch is left out where it
is not installed (pip install torch).
"""

import argparse
import importlib.util
import json
import os
import platform
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import keras
import numpy as np
import tensorflow as tf

import st_keras
from st_keras.models.slowvae.encoder import FILTERS

LEARNING_RATE = 1e-4
WARM_UP = 3


def main(arguments=None):
    """Measure, and print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=128, help="per step, even (default: 128)")
    parser.add_argument("--rounds", type=int, default=30, help="of each (default: 30)")
    options = parser.parse_args(arguments)
    source = st_keras.datasets.LatentPairs(st_keras.datasets.Sprites())
    pairs = options.images // 2
    frames, _ = source.draw_pairs(pairs, np.random.default_rng(0))
    frames = frames.astype("float32") / np.float32(255)
    contestants = {
        "st_keras float32": ours(frames, "float32"),
        "st_keras mixed_bfloat16": ours(frames, "mixed_bfloat16"),
        "convolutions alone, float32": convolutions(options.images),
    }
    if importlib.util.find_spec("torch"):
        contestants["PyTorch eager float32"] = theirs(frames)
    batches = iter(source.as_dataset(pairs))
    contestants["input pipeline"] = lambda: next(batches)
    seconds = in_turns(contestants, options.rounds)
    report(seconds, options.images)


def ours(frames, policy):
    """One `train_step` of a compiled SlowVAE, as `fit` runs it."""
    model = st_keras.models.SlowVAE(dtype=policy)
    model.compile(keras.optimizers.Adam(LEARNING_RATE))
    model.build(frames.shape)
    model.optimizer.build(model.trainable_variables)
    model.make_train_function()
    data = tf.constant(frames)
    return lambda: float(model.train_function(iter([data]))["loss"])


def theirs(frames):
    """One step of the same network and loss in PyTorch's eager style."""
    import torch

    from benchmarks.torch_slowvae import TorchSlowVAE

    torch.set_num_threads(os.cpu_count())
    model = TorchSlowVAE()
    optimizer = torch.optim.Adam(model.parameters(), LEARNING_RATE)
    images = torch.tensor(frames.reshape(-1, 1, *frames.shape[2:4]))

    def step():
        optimizer.zero_grad()
        noise = torch.randn(len(images), model.latent_size)
        loss = model.terms(images, noise)["loss"]
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def convolutions(images):
    """The convolutions of stride 2 of one step, and nothing else.

    What no way of calling the same library undercuts: for each layer, and for its mirror image in
    the decoder, the forward convolution and the gradients of kernel and input.
    """
    layers = []
    for level, filters in enumerate(FILTERS):
        size, before = 64 // 2**level, FILTERS[level - 1] if level else 1
        for part in ("encoder", "decoder"):
            layers.append(
                (
                    tf.random.normal((images, size, size, before)),
                    tf.random.normal((4, 4, before, filters)),
                    tf.random.normal((images, size // 2, size // 2, filters)),
                    part == "decoder" or level > 0,  # the gradient of the images is not needed
                )
            )

    @tf.function
    def step():
        sums = []
        for x, kernel, y, needs_input_gradient in layers:
            results = [
                tf.nn.conv2d(x, kernel, 2, "SAME"),
                tf.raw_ops.Conv2DBackpropFilter(
                    input=x,
                    filter_sizes=kernel.shape,
                    out_backprop=y,
                    strides=[1, 2, 2, 1],
                    padding="SAME",
                ),
            ]
            if needs_input_gradient:
                results.append(tf.nn.conv2d_transpose(y, kernel, x.shape, 2, "SAME"))
            sums += [result[0, 0, 0, 0] for result in results]
        return tf.add_n(sums)

    return lambda: float(step())


def in_turns(contestants, rounds):
    """Return `{name: seconds of each round}`; every round runs each contestant once."""
    seconds = {name: [] for name in contestants}
    for turn in range(WARM_UP + rounds):
        for name, run in contestants.items():
            begin = time.perf_counter()
            run()
            if turn >= WARM_UP:
                seconds[name].append(time.perf_counter() - begin)
    return seconds


def report(seconds, images):
    """Print medians, spread, and ratios to our float32 step."""
    base = float(np.median(seconds["st_keras float32"]))
    print(f"{images} images per step, {os.cpu_count()} CPUs, {platform.machine()}")
    print(f"{'':30}{'median':>14}  {'10 %..90 %':>16}  {'ratio':>6}")
    for name, values in seconds.items():
        low, median, high = (float(v) for v in np.quantile(values, [0.1, 0.5, 0.9]))
        spread = f"{1e3 * low:.1f}..{1e3 * high:.1f}"
        print(f"{name:30}  {1e3 * median:>9.1f} ms  {spread:>16}  {median / base:>6.2f}")
    print(json.dumps({name: float(np.median(values)) for name, values in seconds.items()}))


if __name__ == "__main__":
    main()
