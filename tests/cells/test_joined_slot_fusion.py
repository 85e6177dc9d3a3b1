import numpy as np
import pytest
import tensorflow as tf

from st_keras.cells.joined_slot_fusion import JoinedSlotFusion
from st_keras.cells.joined_weights import tensors_given
from st_keras.cells.slot_fusion import SlotFusion
from tests.cells.numpy_mode_cell import fusion_terms
from tests.tiny import random_frames

S, FEATURES = 3, 6


def fusions(count, dtype=None):
    """Fusions with no weight at a value that hides a mistake, such as zero."""
    found = [SlotFusion(FEATURES, S, dtype=dtype) for _ in range(count)]
    for f, fusion in enumerate(found):
        fusion.build((None, 4, 5, 7), slot_features=2)
        for k, weight in enumerate(fusion.weights):
            noise = np.random.default_rng([f, k]).normal(size=weight.shape)
            weight.assign(weight.numpy() + noise * 0.3)
    return found


def inputs():
    return [random_frames(2, 4, 5, 2, seed=s) for s in range(S)], random_frames(2, 4, 5, 7, seed=9)


@pytest.mark.parametrize("softmax_importance", [False, True])
@pytest.mark.parametrize("count", [1, 2])
def test_equals_numpy(count, softmax_importance):
    apart, (bound, u) = fusions(count), inputs()
    terms, skip, importance = JoinedSlotFusion(apart, softmax_importance)(bound, u)
    expected = [fusion_terms(fusion, np.stack(bound), u, softmax_importance) for fusion in apart]
    for slot, term in enumerate(terms):
        theirs = np.concatenate([terms[slot] for terms, _, _ in expected], -1)
        np.testing.assert_allclose(term, theirs, atol=1e-5)
    for ours, index in ((skip, 1), (importance, 2)):
        theirs = np.concatenate([each[index] for each in expected], -1)
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_slots_have_parameters_of_their_own():
    apart, (bound, u) = fusions(2), inputs()
    before, *_ = JoinedSlotFusion(apart)(bound, u)
    kernel = apart[1].slot_convs[1].kernel
    kernel.assign(tf.zeros_like(kernel.value))
    after, *_ = JoinedSlotFusion(apart)(bound, u)
    changed = np.array([np.abs(a - b).max((0, 1, 2)) for a, b in zip(after, before, strict=True)])
    assert changed[1, FEATURES:].max() > 1e-3
    assert changed[1, :FEATURES].max() == changed[0].max() == changed[2].max() == 0


def test_the_context_is_at_one_half_at_the_start():
    fusion = SlotFusion(FEATURES, S)
    fusion.build((None, 4, 5, 7), slot_features=2)
    joined = JoinedSlotFusion([fusion])
    z = joined._context(tf.constant(random_frames(2, 4, 5, 7)), joined.join())
    np.testing.assert_allclose(z, np.full((1, 2, 32), 0.5))


def test_given_tensors_are_used():
    fusion, (bound, u) = JoinedSlotFusion(fusions(2)), inputs()
    expected, *_ = fusion(bound, u)
    tensors = fusion.join()
    with tensors_given([fusion], [tensors]):
        same, *_ = fusion(bound, u)
    with tensors_given([fusion], [tf.nest.map_structure(tf.zeros_like, tensors)]):
        zeros, *_ = fusion(bound, u)
    np.testing.assert_array_equal(same, expected)
    assert not np.any(zeros)


def test_bfloat16_joins_kernels_in_it_and_keeps_importance_in_float32():
    fusion, (bound, u) = JoinedSlotFusion(fusions(2, "mixed_bfloat16")), inputs()
    terms, skip, importance = fusion(
        *tf.nest.map_structure(lambda x: tf.cast(x, "bfloat16"), [bound, u])
    )
    assert {x.dtype for x in (*terms, skip)} == {tf.bfloat16}
    assert importance.dtype == "float32"
    tensors = fusion.join()
    assert {x.dtype for x in tf.nest.flatten(tensors["convolutions"])} == {tf.bfloat16}
    assert {x.dtype for x in tf.nest.flatten(tensors["importance"])} == {tf.float32}
