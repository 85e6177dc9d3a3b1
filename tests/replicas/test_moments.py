import numpy as np
import tensorflow as tf

from st_keras.replicas.global_batch import counted_samples
from st_keras.replicas.moments import global_moments
from tests.tiny import random_frames


def moments_and_gradient(x, shift, weight):
    """Return mean, variance, count and the gradient of a function of the first two."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        mean, variance, count = global_moments(x, shift)
        loss = tf.reduce_sum(weight * (mean + tf.square(variance)))
    return mean, variance, count, tape.gradient(loss, x)


def test_replicas_have_the_moments_and_gradients_of_the_global_batch(two_replicas):
    """Three samples and none, whose zeros do not count; four and one."""
    shift = tf.constant([0.3, -0.2])
    # Each replica has a loss of its own; together they are that of one device.
    weights = tf.constant([[1.0, 2.0], [3.0, -1.0]])
    for sizes in ((3, 0), (4, 1)):
        x = random_frames(sum(sizes), 3, 4, 2)
        parts = [x[: sizes[0]], x[sizes[0] :] if sizes[1] else np.zeros_like(x[:1])]

        def own(parts=parts, sizes=sizes):
            context = tf.distribute.get_replica_context()
            k = int(tf.get_static_value(context.replica_id_in_sync_group))
            with counted_samples(sizes[k]):
                return moments_and_gradient(tf.constant(parts[k]), shift, weights[k])

        results = tf.function(lambda own=own: two_replicas.run(own))()
        mean, variance, count, gradient = (
            two_replicas.experimental_local_results(result) for result in results
        )
        expected = moments_and_gradient(tf.constant(x), shift, tf.reduce_sum(weights, axis=0))
        for k in range(2):
            np.testing.assert_allclose(mean[k], expected[0], rtol=1e-5)
            np.testing.assert_allclose(variance[k], expected[1], rtol=1e-5)
            assert float(count[k]) == sum(sizes) * 12
        real = [gradient[k][: sizes[k]] for k in range(2)]
        np.testing.assert_allclose(np.concatenate(real), expected[3], rtol=1e-4, atol=1e-7)


def test_one_device():
    x = random_frames(2, 3, 4, 2)
    mean, variance, count = global_moments(x, np.zeros(2, "float32"))
    np.testing.assert_allclose(mean, x.mean((0, 1, 2)), rtol=1e-5)
    np.testing.assert_allclose(variance, x.var((0, 1, 2)), rtol=1e-5)
    assert float(count) == 24


def test_a_far_mean_costs_no_digits_when_the_shift_is_near(two_replicas):
    x = tf.constant(1000.0 + random_frames(4, 3, 4, 1))
    run = tf.function(lambda: two_replicas.run(lambda: global_moments(x, tf.constant([1000.5]))[1]))
    for value in two_replicas.experimental_local_results(run()):
        np.testing.assert_allclose(value, np.var(x.numpy().astype("float64")), rtol=1e-3)


def test_sixteen_bits_count_a_whole_batch(two_replicas):
    x = tf.cast(tf.ones((8, 100, 100, 1)), "float16")
    run = tf.function(lambda: two_replicas.run(lambda: global_moments(x, tf.zeros(1, "float16"))))
    mean, variance, count = run()
    for values, expected in ((mean, 1), (variance, 0), (count, 160_000)):
        for value in two_replicas.experimental_local_results(values):
            np.testing.assert_array_equal(value, expected)
    assert float(global_moments(x, np.zeros(1))[2]) == 80_000
