"""All that the package uses of Keras and TensorFlow beyond their public API, each with its reason.

Nothing else in the package names a private part of the two: `tests/architecture` looks, and
`tests/test_private_api.py` fails when a release changes one of these. The source files named are
those of Keras 3.15 and TensorFlow 2.21.
"""

import inspect

import keras

from st_keras.validation import error

# What these callbacks count besides their public attributes. Without them a `save_freq` in batches
# would begin anew, and nobody could tell averages in the model from weights.
# keras/src/callbacks/model_checkpoint.py, keras/src/callbacks/swap_ema_weights.py
CHECKPOINT_COUNTERS = ("_batches_seen_since_last_saving", "_last_batch_seen")
EMA_IN_MODEL = "_ema_weights_in_model"


def callback_list_of(callback):
    """Return the `keras.callbacks.CallbackList` that is calling a callback.

    Reason: a callback is told its model but not its neighbours, whose states belong to a training.
    Keras' list is `self` of the function that calls; nothing further up is looked at.
    keras/src/callbacks/callback_list.py: `CallbackList.on_train_begin`

    Args:
        callback: a Keras callback, in a method of its own that the list calls.

    Raises:
        ValueError: if no list is calling it.
    """
    frame = inspect.currentframe().f_back
    while frame is not None and frame.f_locals.get("self") is callback:
        frame = frame.f_back
    found = None if frame is None else frame.f_locals.get("self")
    if not isinstance(found, keras.callbacks.CallbackList):
        raise error(
            type(callback).__name__,
            "a call from elsewhere than a keras.callbacks.CallbackList",
            "a fit that calls its callbacks",
            "Pass it to model.fit(callbacks=[...]).",
        )
    return found


def flatten_layers(layer, parts_alone=False):
    """Return a layer and all layers in it, from the outside in.

    Reason: `keras.Layer` lists its weights, but not whose they are; `layers` is a model's alone.
    keras/src/layers/layer.py: `Layer._flatten_layers`

    Args:
        layer: a Keras layer.
        parts_alone: bool. Return only the layers directly in it. Default False.
    """
    whole = not parts_alone
    return list(layer._flatten_layers(include_self=whole, recursive=whole))


class BuiltFromOneReplica:
    """Mixin of a `keras.Model`: under a strategy, build losses and metrics from one replica's part.

    Reason: Keras builds them from the mean of the replicas' first batches. There is none if they
    have not equally many samples, nor would a loss find the whole sequence in a pair of context and
    future. Keras asks nobody else for the batch.
    keras/src/backend/tensorflow/trainer.py: `TensorFlowTrainer._maybe_symbolic_build`

    A model says in `batch_to_build_from(batch)` what of a distributed batch it is built from.
    """

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        if iterator is not None and self._distribute_strategy is not None:
            _, _, batches = next(iter(iterator))
            data_batch = self.batch_to_build_from(next(batches))
        super()._maybe_symbolic_build(data_batch=data_batch)


def record_gradient(name, inputs, outputs):
    """Put an operation on TensorFlow's tapes, under the name of a registered gradient.

    Reason: `tf.custom_gradient` keeps the graph of every call for the life of the process
    (tensorflow/python/ops/custom_gradient.py: `_graph_mode_decorator`).
    tensorflow/python/eager/record.py: `record_gradient`
    """
    import tensorflow as tf

    tf.__internal__.record_gradient(name, inputs, (), outputs)


def keras_seeds(make=False):
    """Return the variable of Keras' generator for operations without a seed.

    Reason: Keras sets it (`keras.utils.set_random_seed`) but does not say where it stands.
    keras/src/random/seed_generator.py: `global_seed_generator`

    Args:
        make: bool. Make the generator where there is none yet. Default False: None then.
    """
    from keras.src.backend.common import global_state
    from keras.src.random import seed_generator

    if make:
        return seed_generator.global_seed_generator().state
    generator = global_state.get_global_attribute(seed_generator.GLOBAL_SEED_GENERATOR)
    return None if generator is None else generator.state


def operation_seeds():
    """Return the `random.Random` that seeds TensorFlow's eager operations, None without a seed.

    Reason: as `keras_seeds`, of `tf.random.set_seed`.
    tensorflow/python/eager/context.py: `Context._internal_operation_seed`
    """
    from tensorflow.python.eager import context

    return getattr(context.context(), "_rng", None)


def entry_path(store):
    """Return the path below which a Keras weights file is being read, None if it does not say.

    Reason: a layer that reads another layout must know which part of the file is its own.
    keras/src/saving/saving_lib.py: `H5IOStore`
    """
    return getattr(store, "_h5_entry_path", None)


def tfrecord_reader(path):
    """Return what reads a record of a TFRecord file by the byte at which it begins.

    Reason: `tf.data.TFRecordDataset` reads a file from its first record on, and windows are drawn
    in any order. tensorflow/python/lib/io/tf_record.py: `tf_record_random_reader`

    Args:
        path: str or path of an uncompressed file.

    Returns:
        An object whose `read(offset)` returns (bytes, offset of the next record), and compares the
        checksums.
    """
    from tensorflow.python.lib.io import tf_record

    return tf_record.tf_record_random_reader(str(path))
