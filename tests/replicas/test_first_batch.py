import numpy as np
import tensorflow as tf

from st_keras.replicas.first_batch import local_part


def test_the_part_of_the_first_replica(two_replicas):
    dataset = tf.data.Dataset.from_tensor_slices((np.arange(3.0), np.arange(6.0).reshape(3, 2)))
    batch = next(iter(two_replicas.experimental_distribute_dataset(dataset.batch(3))))
    numbers, rows = local_part(batch, two_replicas)
    np.testing.assert_array_equal(numbers, [0.0, 1.0])
    np.testing.assert_array_equal(rows, [[0.0, 1.0], [2.0, 3.0]])


def test_what_is_not_distributed():
    batch = {"frames": tf.ones((2, 3)), "weights": None}
    part = local_part(batch, tf.distribute.get_strategy())
    np.testing.assert_array_equal(part["frames"], np.ones((2, 3)))
    assert part["weights"] is None
