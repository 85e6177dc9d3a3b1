import gc
import weakref

import numpy as np
import pytest
import tensorflow as tf

from st_keras.gradients.own_gradient import own_gradient


def hundredfold(x, y):
    """Product and sum, whose gradients are said to be 100 and 1,000 times what comes."""

    def gradients(product, total):
        return [100.0 * product, 1000.0 * total]

    return own_gradient([x * y, x + y], [x, y], gradients)


def by_tape(x, y):
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        product, total = hundredfold(x, y)
        loss = 2.0 * product + 3.0 * total
    return tf.stack([product, total, *tape.gradient(loss, [x, y])])


def of_a_function(x, y):
    """The gradient of a traced function is made from its graph, not from a tape."""
    inner = tf.function(hundredfold, autograph=False)
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        product, total = inner(x, y)
        loss = 2.0 * product + 3.0 * total
    return tf.stack([product, total, *tape.gradient(loss, [x, y])])


@pytest.mark.parametrize("run", [by_tape, of_a_function])
@pytest.mark.parametrize("traced", [False, True], ids=["eager", "traced"])
def test_values_are_those_and_gradients_are_what_is_said(run, traced):
    run = tf.function(run, autograph=False) if traced else run
    found = run(tf.constant(5.0), tf.constant(7.0))
    np.testing.assert_array_equal(found, [35.0, 12.0, 200.0, 3000.0])


def test_in_a_loop_of_the_graph():
    @tf.function(autograph=False)
    def run(x):
        def body(i, x):
            return i + 1, own_gradient([2.0 * x], [x], lambda upstream: [10.0 * upstream])[0]

        with tf.GradientTape() as tape:
            tape.watch(x)
            _, y = tf.while_loop(lambda i, x: i < 3, body, (0, x))
        return y, tape.gradient(y, x)

    y, gradient = run(tf.constant(1.0))
    assert (float(y), float(gradient)) == (8.0, 1000.0)


def test_two_gradients_by_one_tape():
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        (y,) = own_gradient([x * x], [x], lambda upstream: [10.0 * upstream])
    assert [float(tape.gradient(y, x)) for _ in range(2)] == [10.0, 10.0]


def test_nothing_outlives_the_graph():
    graphs = []

    def train():
        def step(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                (y,) = own_gradient([x * x], [x], lambda upstream: [upstream * x])
            graphs.append(weakref.ref(x.graph))
            return tape.gradient(y, x)

        assert float(tf.function(step, autograph=False)(tf.constant(3.0))) == 3.0

    train()
    gc.collect()
    assert [graph() for graph in graphs] == [None]


def test_a_loaded_graph_has_the_gradient_of_its_operations(tmp_path):
    class Saved(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec(())], autograph=False)
        def square(self, x):
            return own_gradient([x * x], [x], lambda upstream: [10.0 * upstream])[0]

    tf.saved_model.save(Saved(), str(tmp_path / "saved"))
    loaded = tf.saved_model.load(str(tmp_path / "saved"))
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = loaded.square(x)
    assert (float(y), float(tape.gradient(y, x))) == (9.0, 6.0)
