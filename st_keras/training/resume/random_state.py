"""The generators that live outside the model: Python's, NumPy's, Keras' and TensorFlow's."""

import random

import numpy as np

from st_keras.private_api import keras_seeds, operation_seeds


def random_state():
    """Read the states of the global generators.

    Keras' seed generator of unseeded ops is read where one exists. The generators of layers and
    models are variables of theirs and not in here. Kernels of TensorFlow that keep a state of
    their own (`tf.random.uniform` in a graph) cannot be read.

    Returns:
        Dict of JSON values and arrays, for `set_random_state`.

    Example:

    >>> import random
    >>> state = random_state()
    >>> first = random.random()
    >>> set_random_state(state)
    >>> random.random() == first
    True
    """
    name, keys, position, has_gauss, gauss = np.random.get_state(legacy=True)
    seeds, operations = keras_seeds(), operation_seeds()
    return {
        "python": _listed(random.getstate()),
        "numpy": [name, keys, int(position), int(has_gauss), float(gauss)],
        "keras": None if seeds is None else seeds.numpy(),
        "tensorflow": None if operations is None else _listed(operations.getstate()),
    }


def set_random_state(state):
    """Give the global generators the states that `random_state` returned."""
    random.setstate(_tupled(state["python"]))
    np.random.set_state(tuple(state["numpy"]))
    if state["keras"] is not None:
        keras_seeds(make=True).assign(state["keras"])
    operations = operation_seeds()
    if state["tensorflow"] is not None and operations is not None:
        operations.setstate(_tupled(state["tensorflow"]))


def _listed(state):
    version, numbers, gauss = state
    return [version, np.array(numbers, "uint32"), gauss]


def _tupled(state):
    version, numbers, gauss = state
    return version, tuple(int(n) for n in numbers), gauss
