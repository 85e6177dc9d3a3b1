"""Counted FLOPs against a closed formula, and against TensorFlow's own count of the graph."""

import math

import pytest
import tensorflow as tf

from benchmarks.flops import forward_flops, slowvae_flops, training_flops
from st_keras.models import ConvLSTM, ModeRNN, PredRNN, SlowVAE


def profiled_flops(function, *shapes):
    """FLOPs of products in a graph: TensorFlow's profiler, and what that leaves out."""
    specs = [tf.TensorSpec(shape, tf.float32) for shape in shapes]
    graph = tf.function(function, autograph=False).get_concrete_function(*specs).graph
    options = tf.compat.v1.profiler.ProfileOptionBuilder.float_operation()
    # Products alone: what is element-wise is not counted here.
    options["account_type_regexes"] = ["^Conv2D$", "^DepthwiseConv2dNative$", "^MatMul$"]
    options["output"] = "none"
    counted = tf.compat.v1.profiler.profile(graph, options=options).total_float_ops
    matrices = [op for op in graph.get_operations() if op.type == "BatchMatMulV2"]
    assert "Einsum" not in {op.type for op in graph.get_operations()}
    return counted + sum(map(matrices_flops, matrices))


def matrices_flops(operation):
    """Many products of matrices in one operation, none of them transposed."""
    assert not operation.get_attr("adj_x") and not operation.get_attr("adj_y")
    return 2 * math.prod(operation.outputs[0].shape.as_list()) * operation.inputs[0].shape[-1]


def one_step(network, height, width, batch=2):
    """Profiled FLOPs of one call of the rollout cell."""
    cell, p = network.rnn.cell, network.patch_size
    states = cell.get_initial_state(batch, (height // p, width // p))
    flags = tf.ones((batch, 1))
    frame = (batch, height // p, width // p, cell.frame_channels)
    return profiled_flops(lambda x: cell({"frame": x, "observed": flags}, states)[0], frame)


def test_predrnn_by_a_closed_formula():
    F, k, p, layers = 6, 3, 2, 3
    network = PredRNN((F,) * layers, kernel_size=k, patch_size=p)
    network.build((None, None, 8, 12, 1))
    batch, length, positions = 2, 5, 4 * 6
    per_layer = [k * k * (7 * F * C + (4 + 3) * F * F + 2 * F * F) + 2 * F * F for C in (4, F, F)]
    forward = 2 * batch * positions * (length - 1) * (sum(per_layer) + 4 * F)
    adapter = 2 * batch * positions * (length - 1) * 2 * layers * F * F
    assert forward_flops(network, batch, length - 1, (8, 12)) == forward
    assert training_flops(network, (batch, length, 8, 12, 1)) == 3 * (forward + adapter)
    assert training_flops(network, (batch, length, 8, 12, 1), decoupling=False) == 3 * forward


def test_published_network():
    network = PredRNN((64,) * 4)
    network.build((None, None, 64, 64, 1))
    # What the issue tracker's yardstick counts for batch 4 and 20 frames: 0.70 TFLOP.
    assert training_flops(network, (4, 20, 64, 64, 1)) == pytest.approx(0.70e12, rel=0.02)


@pytest.mark.parametrize(
    "network",
    [
        PredRNN((4, 4), kernel_size=3, patch_size=2, decoupling=False),
        ConvLSTM((4, 6), kernel_size=3, patch_size=2),
        ModeRNN((4, 4), num_slots=2, patch_size=2),
        ModeRNN((4, 4), num_slots=2, patch_size=2, separate_slots=True),
    ],
    ids=["predrnn", "convlstm", "modernn", "modernn-separate"],
)
def test_the_profiler_counts_the_same(network):
    network.build((None, None, 8, 12, 1))
    expected = forward_flops(network, 2, 1, (8, 12))
    assert one_step(network, 8, 12) == pytest.approx(expected, rel=1e-6)


def test_slowvae():
    model = SlowVAE()
    model.build((None, 2, 64, 64, 1))
    forward = slowvae_flops(model, 2, training=False)
    counted = profiled_flops(lambda x: model(x), (1, 2, 64, 64, 1))
    # The decoder mirrors the encoder, and the profiler miscounts transposed convolutions.
    maps = [(1, 32, 32), (32, 32, 16), (32, 64, 8), (64, 64, 4)]
    convolutions = sum(2 * 16 * a * b * size**2 for a, b, size in maps) + 2 * 16 * 64 * 256
    dense = 2 * 256 * (20 + 10)
    assert forward == 2 * (2 * convolutions + dense)
    assert counted == 2 * (convolutions + dense)
    first = 2 * 2 * 16 * 32 * 32**2
    assert slowvae_flops(model, 2) == 3 * forward - first
