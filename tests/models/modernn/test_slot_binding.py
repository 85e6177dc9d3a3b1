import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.models.modernn.slot_binding import SeparableProjection, SlotBinding
from tests.models.modernn.numpy_mode_cell import separable
from tests.tiny import random_frames


def binding_of(**options):
    binding = SlotBinding(8, 4, scale=0.5, **options)
    width = 12 if options.get("separate_slots") else 3
    binding.build((None, 4, 5, 6), (None, 4, 5, width))
    return binding, random_frames(2, 4, 5, 6), random_frames(2, 4, 5, width, seed=1)


def test_projection_equals_numpy():
    projection, x = SeparableProjection(5), random_frames(2, 4, 5, 3)
    projection.build(x.shape)
    np.testing.assert_allclose(projection(x), separable(projection, x, training=False), atol=1e-6)


@pytest.mark.parametrize("separate_slots", [False, True])
def test_a_slot_that_asks_for_nothing_takes_the_mean(separate_slots):
    """Queries of zero look everywhere alike."""
    binding, u, slots = binding_of(separate_slots=separate_slots, batch_norm=False)
    for weight in (binding.query.pointwise.kernel, binding.query.pointwise.bias):
        weight.assign(tf.zeros_like(weight.value))
    bound = binding(u, slots)
    mean = np.reshape(binding.value(u), (2, 20, 4, 2)).mean(1)
    np.testing.assert_allclose(
        np.stack(bound, 3), np.broadcast_to(mean[:, None, None], (2, 4, 5, 4, 2)), atol=1e-6
    )
    np.testing.assert_allclose(binding.attention(u, slots), 1 / 20, atol=1e-6)


def test_separate_slots_ask_by_their_own_memory():
    binding, u, slots = binding_of(separate_slots=True, batch_norm=False)
    before = binding(u, slots)
    changed = slots.copy()
    changed[..., 3:6] += 1  # the second slot of four
    after = binding(u, changed)
    difference = [np.abs(one - other).max() for one, other in zip(after, before, strict=True)]
    assert difference[1] > 1e-4
    assert difference[0] == difference[2] == difference[3] == 0


def test_statistics_of_all_norms_are_updated():
    binding, u, slots = binding_of()
    before = [s.numpy() for s in binding.batch_statistics]
    assert [s.shape[0] for s in before] == [3, 3, 6, 6, 6, 6]
    binding(u, slots)
    for kept, start in zip(binding.batch_statistics, before, strict=True):
        np.testing.assert_array_equal(kept, start)
    binding(u, slots, update_statistics=True)
    for updated, start in zip(binding.batch_statistics, before, strict=True):
        assert np.abs(updated - start).min() > 0


def test_maps_are_not_kept_for_the_gradient():
    """The tape of a step holds no tensor of the size of an attention map."""
    binding, u, slots = binding_of(batch_norm=False)
    tokens = u.shape[1] * u.shape[2]

    @tf.function
    def run(u, slots):
        with tf.GradientTape() as tape:
            tape.watch(u)
            bound = binding(u, slots)
            loss = tf.add_n([tf.reduce_sum(each**2) for each in bound])
        return tape.gradient(loss, u)

    graph = run.get_concrete_function(tf.constant(u), tf.constant(slots)).graph
    softmaxes = [
        op
        for op in graph.get_operations()
        if op.type == "Softmax" and op.outputs[0].shape[-2:] == (tokens, tokens)
    ]
    # Once forward, once again for the gradient.
    assert len(softmaxes) == 2
    keras.backend.clear_session()
