import numpy as np
import tensorflow as tf

from st_keras.replicas.exchange import all_reduce_sum, several_replicas


def test_sums(two_replicas):
    def own():
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        number = tf.cast(replica, tf.float32) + 1
        return all_reduce_sum([number, [[10.0]] * number])

    results = tf.function(lambda: two_replicas.run(own))()
    for part, expected in zip(results, (3.0, [[30.0]]), strict=True):
        for value in two_replicas.experimental_local_results(part):
            np.testing.assert_array_equal(value, expected)


def test_one_device():
    assert all_reduce_sum([1.0, 2.0]) == [1.0, 2.0]


def test_the_gradient_is_that_of_all_losses_together(two_replicas):
    def own():
        number = tf.cast(tf.distribute.get_replica_context().replica_id_in_sync_group, tf.float32)
        x = tf.identity(number)
        with tf.GradientTape() as tape:
            tape.watch(x)
            (total,) = all_reduce_sum([tf.square(x)])
            loss = (10.0**number) * total  # (1 + 10) x^2
        return tape.gradient(loss, x)

    gradients = tf.function(lambda: two_replicas.run(own))()
    assert [float(g) for g in two_replicas.experimental_local_results(gradients)] == [0.0, 22.0]


def test_several_replicas(two_replicas):
    assert not several_replicas()
    inside = []
    two_replicas.run(lambda: inside.append(several_replicas()))
    assert inside == [True, True]
