"""The generators that live outside the model: Python's, NumPy's, Keras' and TensorFlow's."""

import random

import numpy as np
from keras.src.backend.common import global_state
from keras.src.random.seed_generator import GLOBAL_SEED_GENERATOR, global_seed_generator
from tensorflow.python.eager import context


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
    seeds = global_state.get_global_attribute(GLOBAL_SEED_GENERATOR)
    operation_seeds = getattr(context.context(), "_rng", None)
    return {
        "python": _listed(random.getstate()),
        "numpy": [name, keys, int(position), int(has_gauss), float(gauss)],
        "keras": None if seeds is None else seeds.state.numpy(),
        "tensorflow": None if operation_seeds is None else _listed(operation_seeds.getstate()),
    }


def set_random_state(state):
    """Give the global generators the states that `random_state` returned."""
    random.setstate(_tupled(state["python"]))
    np.random.set_state(tuple(state["numpy"]))
    if state["keras"] is not None:
        global_seed_generator().state.assign(state["keras"])
    operation_seeds = getattr(context.context(), "_rng", None)
    if state["tensorflow"] is not None and operation_seeds is not None:
        operation_seeds.setstate(_tupled(state["tensorflow"]))


def _listed(state):
    version, numbers, gauss = state
    return [version, np.array(numbers, "uint32"), gauss]


def _tupled(state):
    version, numbers, gauss = state
    return version, tuple(int(n) for n in numbers), gauss
