import numpy as np
import pytest
import tensorflow as tf

from st_keras.cells.slot_fusion import SlotContext, SlotFusion
from tests.cells.numpy_mode_cell import fusion_terms
from tests.tiny import random_frames


def fusion_of(**options):
    fusion = SlotFusion(6, 3, **options)
    fusion.build((None, 4, 5, 7), slot_features=2)
    for k, weight in enumerate(fusion.weights):
        weight.assign(weight + np.random.default_rng(k).normal(size=weight.shape) * 0.3)
    return fusion


@pytest.mark.parametrize("softmax_importance", [False, True])
def test_equals_numpy(softmax_importance):
    fusion = fusion_of(softmax_importance=softmax_importance)
    bound, u = random_frames(2, 4, 5, 3, 2), random_frames(2, 4, 5, 7, seed=1)
    terms, skip, importance = fusion(bound, u)
    expected = fusion_terms(fusion, np.moveaxis(bound, 3, 0), u)
    for ours, theirs in zip((*terms, skip, importance), (*expected[0], *expected[1:]), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_slots_have_parameters_of_their_own():
    fusion = fusion_of()
    bound, u = random_frames(2, 4, 5, 3, 2), random_frames(2, 4, 5, 7, seed=1)
    before, *_ = fusion(bound, u)
    fusion.slot_convs[1].kernel.assign(tf.zeros_like(fusion.slot_convs[1].kernel.value))
    after, *_ = fusion(bound, u)
    changed = [float(np.abs(a - b).max()) for a, b in zip(after, before, strict=True)]
    assert changed[1] > 1e-3
    assert changed[0] == changed[2] == 0


def test_context_starts_at_one_half_and_has_at_least_32_numbers():
    context = SlotContext(4)
    context.build((None, 4, 5, 7))
    np.testing.assert_allclose(context(random_frames(2, 4, 5, 7)), np.full((2, 4), 0.5))
    assert SlotFusion(16, 2).context.features == 32
    assert SlotFusion(128, 2).context.features == 64
