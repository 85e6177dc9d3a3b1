import numpy as np
import pytest
import tensorflow as tf

from st_keras.models.modernn.slot_fusion import SlotFusion
from tests.models.modernn.numpy_mode_cell import fusion_terms
from tests.tiny import random_frames

S, FEATURES = 3, 6


def built(groups=2, dtype=None, **options):
    """A fusion with no weight at a value that hides a mistake, such as zero."""
    fusion = SlotFusion(FEATURES, S, groups, dtype=dtype, **options)
    fusion.build((None, 4, 5, 7), slot_features=2)
    for k, weight in enumerate(fusion.weights):
        noise = np.random.default_rng(k).normal(size=weight.shape)
        weight.assign(weight.numpy() + noise * 0.3)
    return fusion


def inputs():
    return [random_frames(2, 4, 5, 2, seed=s) for s in range(S)], random_frames(2, 4, 5, 7, seed=9)


@pytest.mark.parametrize("softmax_importance", [False, True])
@pytest.mark.parametrize("groups", [1, 2])
def test_equals_numpy(groups, softmax_importance):
    fusion, (bound, u) = built(groups, softmax_importance=softmax_importance), inputs()
    terms, skip, importance = fusion(bound, u)
    expected = [fusion_terms(fusion, g, bound, u, softmax_importance) for g in range(groups)]
    for slot, term in enumerate(terms):
        theirs = np.concatenate([terms[slot] for terms, _, _ in expected], -1)
        np.testing.assert_allclose(term, theirs, atol=1e-5)
    for ours, index in ((skip, 1), (importance, 2)):
        theirs = np.concatenate([each[index] for each in expected], -1)
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_slots_have_parameters_of_their_own():
    fusion, (bound, u) = built(), inputs()
    before, *_ = fusion(bound, u)
    kernel = fusion.slot_convs[1].kernel
    kernel.assign(tf.zeros_like(kernel.value))
    after, *_ = fusion(bound, u)
    changed = np.array([np.abs(a - b).max() for a, b in zip(after, before, strict=True)])
    assert changed[1] > 1e-3 and changed[0] == changed[2] == 0


def test_the_context_is_at_one_half_at_the_start():
    fusion = SlotFusion(FEATURES, S)
    fusion.build((None, 4, 5, 7), slot_features=2)
    z = fusion.context(tf.constant(random_frames(2, 4, 5, 7)))
    np.testing.assert_allclose(z, np.full((2, 2, 32), 0.5))


@pytest.mark.parametrize("features, size", [(16, 32), (128, 64)])
def test_context_has_half_the_features_and_at_least_32_numbers(features, size):
    fusion = SlotFusion(features, 2)
    fusion.build((None, 4, 5, 7), slot_features=2)
    assert fusion.context_size == size
    assert fusion.last_kernel.shape == (2, size, size)
    assert fusion.importance_kernel.shape == (2, size, 3 * features)


def test_starts_as_published():
    fusion = SlotFusion(64, S)
    fusion.build((None, 4, 5, 7), slot_features=2)
    for weight, fan_in in (
        (fusion.first_kernel, 7),
        (fusion.first_bias, 7),
        (fusion.importance_kernel, 32),
        (fusion.importance_bias, 32),
        (fusion.slot_convs[0].kernel, 9 * 2),
        (fusion.skip_conv.kernel, 9 * 7),
    ):
        limit, values = 1 / np.sqrt(fan_in), weight.numpy()
        assert 0.9 * limit < np.abs(values).max() <= limit
        assert not np.array_equal(values[..., :1], values[..., 1:2])
    assert not np.any(fusion.last_kernel) and not np.any(fusion.last_bias)


def test_bfloat16_convolves_in_it_and_keeps_importance_in_float32():
    fusion, (bound, u) = built(dtype="mixed_bfloat16"), inputs()
    terms, skip, importance = fusion(
        *tf.nest.map_structure(lambda x: tf.cast(x, "bfloat16"), [bound, u])
    )
    assert {x.dtype for x in (*terms, skip)} == {tf.bfloat16}
    assert importance.dtype == "float32"
    wide = built()
    wide.set_weights(fusion.get_weights())
    np.testing.assert_allclose(importance, wide(bound, u)[2], atol=5e-3)
