import numpy as np
import pytest

from st_keras.ops import memory_update, split_gates


def test_split_gates_keeps_the_order():
    gates = np.arange(7).repeat(2)[None, None, None]  # gate k has the value k in both channels
    for k, gate in enumerate(split_gates(gates.astype("float32"), 7)):
        np.testing.assert_array_equal(gate, np.full((1, 1, 1, 2), k))


def test_memory_update_equations():
    rng = np.random.default_rng(0)
    memory, i, f, g = rng.random((4, 2, 3, 5, 2)).astype("float32")
    updated, increment = memory_update(memory, i, f, g)
    np.testing.assert_allclose(increment, i * g, rtol=1e-6)
    np.testing.assert_allclose(updated, f * memory + i * g, rtol=1e-6)


@pytest.mark.parametrize("gates", ["float16", "bfloat16"])
def test_float32_memory_does_not_lose_small_increments(gates):
    import tensorflow as tf

    memory = tf.fill((1, 1, 1, 1), 1024.0)
    one, small = tf.ones((1, 1, 1, 1), gates), tf.fill((1, 1, 1, 1), tf.cast(0.125, gates))
    for _ in range(8):
        memory, increment = memory_update(memory, one, one, small)
    assert memory.dtype == increment.dtype == tf.float32
    assert float(memory[0, 0, 0, 0]) == 1025.0  # in half precision it would still be 1024


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_memory_keeps_its_dtype(dtype):
    memory = np.full((1, 1, 1, 1), 1e-3, dtype)
    gate = np.full((1, 1, 1, 1), 0.5, dtype)
    updated, increment = memory_update(memory, gate, gate, gate)
    assert updated.dtype == increment.dtype == dtype


def test_float64_is_computed_in_float64():
    memory = np.full((1, 1, 1, 1), 1.0)
    updated, _ = memory_update(memory, np.full_like(memory, 1e-12), np.ones_like(memory), memory)
    assert float(updated[0, 0, 0, 0]) > 1.0
