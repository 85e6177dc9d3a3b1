import numpy as np
import tensorflow as tf

from st_keras.replicas.exchange import sum_over_replicas


def test_sums(two_replicas):
    def own():
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        number = tf.cast(replica, tf.float32) + 1
        return sum_over_replicas([number, [[10.0]] * number])

    results = tf.function(lambda: two_replicas.run(own))()
    for part, expected in zip(results, (3.0, [[30.0]]), strict=True):
        for value in two_replicas.experimental_local_results(part):
            np.testing.assert_array_equal(value, expected)


def test_one_device():
    assert sum_over_replicas([1.0, 2.0]) == [1.0, 2.0]
