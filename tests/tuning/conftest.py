"""Frames for searches that take seconds."""

import pytest
import tensorflow as tf

from tests.tiny import random_frames


@pytest.fixture
def frames():
    """A dataset of (2, 4, 8, 12, 1) that repeats."""
    return tf.data.Dataset.from_tensors(random_frames(2, 4, 8, 12, 1)).repeat()


@pytest.fixture
def validation():
    """A dataset of one batch."""
    return tf.data.Dataset.from_tensors(random_frames(2, 4, 8, 12, 1, seed=1))


@pytest.fixture
def eager():
    """Run what is compiled step by step: a step of a tiny model is quicker than its tracing."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)
