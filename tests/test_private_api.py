"""The private parts that the package uses are there, and do what they are used for."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras import private_api


def test_counters_of_callbacks():
    checkpoint = keras.callbacks.ModelCheckpoint("a.keras", save_freq=7)
    assert all(hasattr(checkpoint, name) for name in private_api.CHECKPOINT_COUNTERS)
    assert getattr(keras.callbacks.SwapEMAWeights(), private_api.EMA_IN_MODEL) is False


class Asks(keras.callbacks.Callback):
    """Asks who calls it."""

    def on_train_begin(self, logs=None):
        self.found = private_api.callback_list_of(self)


class AsksAgain(Asks):
    """A subclass, whose method stands between."""

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)


@pytest.mark.parametrize("kind", [Asks, AsksAgain])
def test_the_list_that_calls(kind):
    asks, other = kind(), keras.callbacks.TerminateOnNaN()
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    model.fit(np.ones((2, 1)), np.ones((2, 1)), verbose=0, callbacks=[other, asks])
    assert asks.found.callbacks[:2] == [other, asks]
    assert isinstance(asks.found.callbacks[2], keras.callbacks.History)
    with pytest.raises(ValueError, match=rf"{kind.__name__}: .* elsewhere.*Required: a fit .*Pass"):
        asks.on_train_begin()


def test_layers_from_the_outside_in():
    inner = keras.layers.Dense(1)
    outer = keras.layers.TimeDistributed(keras.layers.Wrapper(inner))
    assert private_api.flatten_layers(outer) == [outer, outer.layer, inner]
    assert private_api.flatten_layers(outer, parts_alone=True) == [outer.layer]


def test_a_model_says_what_it_is_built_from(two_replicas):
    class Model(private_api.BuiltFromOneReplica, keras.Model):
        def __init__(self):
            super().__init__()
            self.layer = keras.layers.Dense(1)

        def call(self, x):
            return self.layer(x)

        def batch_to_build_from(self, batch):
            x, y = (two_replicas.experimental_local_results(part)[0] for part in batch)
            return x[:, :2], y  # seen in the kernel

    with two_replicas.scope():
        model = Model()
        model.compile("sgd", "mse")
    # Three samples on two replicas: they have no mean.
    data = tf.data.Dataset.from_tensors((tf.ones((3, 4)), tf.ones((3, 1))))
    with pytest.raises(ValueError, match="axis -1 of input shape to have value 2"):
        model.fit(data, verbose=0, shuffle=False)
    assert model.layer.kernel.shape == (2, 1)


def test_a_gradient_on_the_tape():
    @tf.RegisterGradient("StKerasTenfold")
    def tenfold(op, upstream):
        return 10.0 * upstream

    @tf.function
    def gradient(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            with tape.stop_recording():
                y = tf.identity(x)
            private_api.record_gradient("StKerasTenfold", [x], [y])
        return tape.gradient(y, x)

    assert float(gradient(tf.constant(2.0))) == 10.0


def test_seeds_of_keras():
    keras.utils.clear_session(free_memory=False)
    assert private_api.keras_seeds() is None
    seeds = private_api.keras_seeds(make=True)
    assert private_api.keras_seeds() is seeds
    before = np.array(seeds)
    drawn = float(keras.random.uniform(()))
    seeds.assign(before)
    assert float(keras.random.uniform(())) == drawn


def test_seeds_of_tensorflow():
    tf.random.set_seed(1)
    seeds = private_api.operation_seeds()
    before = seeds.getstate()
    drawn = int(tf.compat.v1.get_seed(None)[1])
    seeds.setstate(before)
    assert int(tf.compat.v1.get_seed(None)[1]) == drawn


def test_the_path_in_a_weights_file(tmp_path):
    found = []

    class Layer(keras.layers.Dense):
        def load_own_variables(self, store):
            found.append(private_api.entry_path(store))
            super().load_own_variables(store)

    model = keras.Sequential([keras.Input((1,)), Layer(1)])
    model.save_weights(tmp_path / "a.weights.h5")
    model.load_weights(tmp_path / "a.weights.h5")
    assert found == ["layers/layer"]
    assert private_api.entry_path({}) is None


def test_records_by_their_place(tmp_path):
    path = tmp_path / "a.tfrecords"
    with tf.io.TFRecordWriter(str(path)) as writer:
        writer.write(b"first")
        writer.write(b"second")
    reader = private_api.tfrecord_reader(path)
    record, after = reader.read(0)
    assert record == b"first" and reader.read(after)[0] == b"second"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(tf.errors.DataLossError):
        private_api.tfrecord_reader(path).read(after)
