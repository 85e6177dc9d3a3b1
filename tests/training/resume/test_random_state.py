"""The global generators go on where they were."""

import random

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.eager import context

from st_keras.training.resume.random_state import random_state, set_random_state
from st_keras.training.resume.state_file import read_state, write_state


def draw():
    return (
        random.random(),
        random.gauss(0, 1),
        np.random.rand(),
        np.random.randn(),
        float(keras.random.uniform(())),
        float(tf.random.uniform(())),
    )


def test_all_go_on(tmp_path):
    draw()
    write_state(tmp_path / "state.npz", random_state())
    first = draw()
    assert draw() != first
    context.context().clear_kernel_cache()  # a new process has no kernels yet
    set_random_state(read_state(tmp_path / "state.npz"))
    assert draw() == first


def test_without_a_generator_of_keras():
    keras.utils.clear_session(free_memory=False)
    state = random_state()
    assert state["keras"] is None
    set_random_state(state)
