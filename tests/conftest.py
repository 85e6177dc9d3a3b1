"""What all tests share: the backend, two CPU devices, seeds, a clean Keras after each test."""

import gc
import os
import signal

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("MPLBACKEND", "Agg")
# Several processes test at once, on few cores: their threads would wait for each other, spinning.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import keras
import pytest
import tensorflow as tf

# Before TensorFlow starts its devices; afterwards they cannot be added any more.
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)
# A shell has what it starts in the background ignore Ctrl-C, and tests interrupt themselves.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config):
    """In the short form, leave TensorFlow's graphs as they are traced.

    Tests trace many graphs and run each a few times: optimising one takes longer than it saves. The
    long forms, and the processes that tests start, run with the optimizer, as users do.
    """
    if config.option.markexpr == "not long":
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})


def pytest_collection_finish():
    """What was imported and collected stays: no garbage collection need look at it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def two_replicas():
    """Two logical CPUs; one strategy per process, for the collective keys of two would clash."""
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


@pytest.fixture
def uncompiled():
    """Run what is compiled operation by operation; see `tests.uncompiled`."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture(autouse=True)
def clean_keras():
    """Seed everything before a test; restore the dtype policy and clear names after it."""
    policy = keras.config.dtype_policy()
    keras.utils.set_random_seed(0)
    yield
    keras.config.set_dtype_policy(policy)
    keras.utils.clear_session(free_memory=False)
