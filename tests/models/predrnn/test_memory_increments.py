"""What is written into the memories, step by step: it is what the network itself measures."""

import numpy as np
import pytest

from st_keras.models import ConvLSTM, PredRNN
from st_keras.models.predrnn.memory_increments import memory_increments
from tests.refusals import refused

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("size", [(16, 16), (12, 20)])
def test_the_mean_is_the_term_of_training(size):
    network = PredRNN(filters=(4, 4, 4), kernel_size=3, patch_size=2)
    frames = RNG.random((3, 5, *size, 1)).astype("float32")
    mask = np.array([[1, 1, 1, 0, 0]] * 3, "float32")
    _, terms = network(frames, mask, return_terms=True)
    similarity, increments = memory_increments(network, frames, mask)
    assert similarity.shape == (3, 5, 3) and increments.shape == (3, 5, 3, 2, 64)
    assert float(np.mean(similarity)) == pytest.approx(float(terms["decoupling"]), rel=1e-4)


def test_increments_are_means_of_parts():
    network = PredRNN(filters=(4, 4), kernel_size=1, patch_size=1)
    network.build((None, None, 8, 8, 1))
    frames = RNG.random((1, 2, 8, 8, 1)).astype("float32")
    # A kernel of 1 sees one pixel: where two quarters of the frame change, others do not.
    _, whole = memory_increments(network, frames)
    changed = frames.copy()
    changed[:, :, :2] = 0.0
    _, other = memory_increments(network, changed)
    parts = np.asarray(whole != other).reshape(1, 2, 2, 2, 4, 4, 4).any(axis=(0, 1, 2, 3, 6))
    assert parts[0].all() and not parts[1:].any()


def test_one_memory_is_refused():
    for network in (ConvLSTM(filters=(4,)), PredRNN(filters=(4,), decoupling=False)):
        refused("without memory decoupling", memory_increments, network, np.zeros((1, 2, 8, 8, 1)))
