"""Parts of a training step, each in several forms, taking turns: what a change could win.

    python -m benchmarks leads [--policy mixed_bfloat16] [--batch 4] [--rounds 20] [--only gates]

convolutions    of one time step, and of all time steps at once: forward, input, kernel gradient
layout          the same of one time step, channels last and channels first
joined          one convolution per input, or one per memory with the inputs joined
gates           of one time step with their gradient: op by op, and compiled by XLA
optimizer       one update of all weights by Adam: op by op, and compiled by XLA
step            a whole training step: each a call, and several a call
xla             a whole training step compiled by XLA, for which that needs minutes
batch_norm, layer_norm, pointwise, slots    parts of ModeRNN (`benchmarks.modernn_leads`)
"""

import argparse
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import keras
import numpy as np
import tensorflow as tf

from benchmarks.lead_cases import (
    CALLS,
    KERNEL,
    MAP,
    calls,
    conv,
    random_kernel,
    random_maps,
    with_gradient,
)
from benchmarks.machine_rates import dtype_of
from benchmarks.modernn_leads import batch_norm, layer_norm, pointwise, slots
from benchmarks.scaling_points import Point
from benchmarks.serving_latency import in_turns
from st_keras.choices import PRECISIONS as POLICIES
from st_keras.cli.doctor.probed_model import build, random_batch
from st_keras.models import PredRNN
from st_keras.ops import memory_update, split_gates
from st_keras.replicas.gradients import apply_gradients
from st_keras.settings import value_types as types

STEPS = 19


def main(argv=None):
    """Measure; print a table. Returns the exit status."""
    options = _parser().parse_args(argv)
    dtype = dtype_of(options.policy)
    print(f"{options.policy}, width {options.filters}, batch {options.batch}")
    print("| | least, ms | median, ms | GFLOP/s at the least |\n|---|---|---|---|")
    for lead in options.only.split(","):
        cases = LEADS[lead](dtype, options.batch, options.filters)
        runs = {name: run for name, (run, _) in cases.items()}
        for name, seconds in in_turns(runs, options.rounds).items():
            least, median = (1e3 * f(seconds) / CALLS for f in (np.min, np.median))
            flops = cases[name][1]
            rate = f"{flops / least / 1e6:.0f}" if flops else ""
            print(f"| {lead}: {name} | {least:.3f} | {median:.3f} | {rate} |", flush=True)
    return 0


def convolutions(dtype, batch, filters):
    """The input convolution of an inner layer: its three products."""
    cases = {}
    for name, frames in (("one step", batch), (f"{STEPS} steps", STEPS * batch)):
        x, dy = random_maps(dtype, frames, filters), random_maps(dtype, frames, 7 * filters)
        kernel = random_kernel(dtype, filters, 7 * filters)
        flops = _flops(frames, filters, 7 * filters)
        for product, run in _products(x, kernel, dy).items():
            cases[f"{product}, {name}"] = (run, flops)
    return cases


def layout(dtype, batch, filters):
    """The products of one time step, channels last and channels first."""
    x, dy = random_maps(dtype, batch, filters), random_maps(dtype, batch, 7 * filters)
    weights, flops = random_kernel(dtype, filters, 7 * filters), _flops(batch, filters, 7 * filters)
    cases = {}
    for name in ("NHWC", "NCHW"):
        inputs = [x, dy] if name == "NHWC" else [tf.transpose(z, (0, 3, 1, 2)) for z in (x, dy)]
        for product, run in _products(inputs[0], weights, inputs[1], name).items():
            cases[f"{product}, {name}"] = (run, flops)
    return cases


def joined(dtype, batch, filters):
    """The convolutions of x, h and m with their input gradients."""
    x, h, m = (random_maps(dtype, batch, filters) for _ in range(3))
    apart = [random_kernel(dtype, filters, gates * filters) for gates in (7, 4, 3)]
    pairs = [random_kernel(dtype, 2 * filters, gates * filters) for gates in (4, 3)]
    flops = 2 * 14 * _flops(batch, filters, filters)

    def one_each(x, h, m, *kernels):
        of_x, of_h, of_m = (conv(s, k) for s, k in zip((x, h, m), kernels, strict=True))
        fused = tf.concat([of_x[..., : 4 * filters] + of_h, of_x[..., 4 * filters :] + of_m], -1)
        return tf.reduce_sum(fused * fused)

    def one_per_memory(x, h, m, *kernels):
        cell, memory = (
            conv(tf.concat([x, s], -1), k) for s, k in zip((h, m), kernels, strict=True)
        )
        fused = tf.concat([cell, memory], -1)
        return tf.reduce_sum(fused * fused)

    return {
        "one convolution per input": (with_gradient(one_each, [x, h, m], apart), flops),
        "one per memory": (with_gradient(one_per_memory, [x, h, m], pairs), flops),
    }


def gates(dtype, batch, filters):
    """The arithmetic between the convolutions of one time step."""
    fused = [random_maps(dtype, batch, n * filters) for n in (7, 4, 3)]
    last = [random_maps(dtype, batch, filters) for _ in range(2)]
    memories = [random_maps("float32", batch, filters) for _ in range(2)]

    def step(of_x, of_h, of_m, of_memories, fusion, c, m):
        sig, tanh = keras.ops.sigmoid, keras.ops.tanh
        xi, xf, xg, xi_, xf_, xg_, xo = split_gates(of_x, 7)
        hi, hf, hg, ho = split_gates(of_h, 4)
        mi, mf, mg = split_gates(of_m, 3)
        c, _ = memory_update(c, sig(xi + hi), sig(xf + hf + 1.0), tanh(xg + hg))
        m, _ = memory_update(m, sig(xi_ + mi), sig(xf_ + mf + 1.0), tanh(xg_ + mg))
        h = sig(xo + ho + of_memories) * tanh(fusion)
        return sum(tf.reduce_sum(tf.cast(each, "float32") ** 2) for each in (h, c, m))

    arguments = [*fused, *last, *memories]
    return {
        "op by op": (with_gradient(step, arguments, []), None),
        "by XLA": (with_gradient(step, arguments, [], jit_compile=True), None),
    }


def optimizer(dtype, batch, filters):
    """An update of the standard network."""
    network = PredRNN(filters=(filters,) * 4, kernel_size=KERNEL, patch_size=4)
    network.build((None, 20, 64, 64, 1))
    weights = network.trainable_variables
    gradients = [tf.random.normal(weight.shape, seed=1) for weight in weights]

    def updates(compiled):
        adam = keras.optimizers.Adam(1e-4)
        adam.build(weights)

        def update(*gradients):
            apply_gradients(adam, gradients, weights)
            return tf.reduce_sum(weights[0].value)

        return calls(tf.function(update, autograph=False, jit_compile=compiled), gradients)

    size = f"{network.count_params():,} weights"
    return {
        f"op by op, {size}": (updates(False), None),
        f"by XLA, {size}": (updates(True), None),
    }


def step(dtype, batch, filters):
    """A whole training step of the standard network."""
    return {
        "each a call, as fit runs it": (_steps(dtype, batch, filters), None),
        f"steps_per_execution={CALLS}": (_steps(dtype, batch, filters, together=CALLS), None),
    }


def xla(dtype, batch, filters):
    """The same compiled as a whole, for which XLA needs minutes."""
    return {"a whole step": (_steps(dtype, batch, filters, jit_compile=True), None)}


PREDRNN = (convolutions, layout, joined, gates, optimizer, step, xla)
MODERNN = (batch_norm, layer_norm, pointwise, slots)
LEADS = {each.__name__: each for each in (*PREDRNN, *MODERNN)}


def _steps(dtype, batch, filters, together=1, jit_compile=False):
    policy = dtype if dtype == "float32" else f"mixed_{dtype}"
    request = Point(batch, 20, 64, filters, layers=4).request(policy)
    model = build(request)
    adam = keras.optimizers.Adam(1e-4)
    model.compile(adam, steps_per_execution=together, jit_compile=jit_compile)
    model.make_train_function()
    data = iter(tf.data.Dataset.from_tensors(random_batch(request, model)).repeat())

    def run():
        return [float(model.train_function(data)["loss"]) for _ in range(CALLS // together)]

    return run


def _products(x, kernel, dy, data_format="NHWC"):
    raw = tf.raw_ops
    options = {"strides": [1, 1, 1, 1], "padding": "SAME", "data_format": data_format}

    def forward(x, kernel):
        return raw.Conv2D(input=x, filter=kernel, **options)

    def inputs(kernel, dy):
        return raw.Conv2DBackpropInput(
            input_sizes=x.shape, filter=kernel, out_backprop=dy, **options
        )

    def kernels(x, dy):
        return raw.Conv2DBackpropFilter(
            input=x, filter_sizes=kernel.shape, out_backprop=dy, **options
        )

    return {
        "forward": calls(tf.function(forward, autograph=False), [x, kernel]),
        "input gradient": calls(tf.function(inputs, autograph=False), [kernel, dy]),
        "kernel gradient": calls(tf.function(kernels, autograph=False), [x, dy]),
    }


def _flops(frames, channels, filters):
    return 2.0 * frames * MAP**2 * KERNEL**2 * channels * filters


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks leads", description=__doc__.splitlines()[0]
    )
    names = ",".join(LEADS)
    parser.add_argument("--only", type=_leads, default=names, help=f"some of {names}")
    parser.add_argument("--policy", choices=POLICIES, default="float32", help="default: float32")
    for name, default in (("filters", 64), ("batch", 4), ("rounds", 20)):
        parser.add_argument(f"--{name}", type=types.whole(1), default=default)
    return parser


def _leads(text):
    unknown = [name for name in text.split(",") if name not in LEADS]
    if unknown:
        raise argparse.ArgumentTypeError(f"{','.join(unknown)}; some of {','.join(LEADS)} required")
    return text


if __name__ == "__main__":
    sys.exit(main())
