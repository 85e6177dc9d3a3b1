"""`make_strategy`: on which devices and hosts a model is trained."""

import json
import os

import tensorflow as tf

from st_keras.choices import STRATEGIES
from st_keras.validation import check_one_of, error

_WHERE = "make_strategy"
_EXAMPLE = (
    '{"cluster": {"worker": ["10.0.0.1:2222", "10.0.0.2:2222"]}, '
    '"task": {"type": "worker", "index": 0}}'
)


def make_strategy(name="auto"):
    """Return the `tf.distribute` strategy under whose scope a model is built and compiled.

    A batch is the global batch everywhere: N replicas take B / N samples each of the B that the
    dataset yields, and make the update that one device would make.

    Args:
        name: "auto" (several workers if the environment variable TF_CONFIG names them, else all
            GPUs if there are several, else one device), "one_device" (the first GPU, or the CPU),
            "mirrored" (all GPUs of this host; without any, all logical CPU devices) or
            "multi_worker" (the workers that TF_CONFIG names, with all their GPUs). Default "auto".

    Returns:
        A `tf.distribute.Strategy`.

    Raises:
        ValueError: for an unknown name, "mirrored" with one device only, "multi_worker" without a
            TF_CONFIG, or a TF_CONFIG that cannot be read.

    Example:

    >>> strategy = make_strategy("one_device")
    >>> strategy.num_replicas_in_sync
    1
    >>> with strategy.scope():
    ...     pass  # build and compile the model here
    """
    check_one_of(_WHERE, "name", name, STRATEGIES)
    workers = _workers()
    if name == "auto" and len(workers) > 1:
        name = "multi_worker"
    if name == "multi_worker":
        if not workers:
            raise error(
                _WHERE,
                "'multi_worker' without the environment variable TF_CONFIG",
                "the addresses of all workers, and which of them this process is",
                f"Set TF_CONFIG='{_EXAMPLE}', or start with `st-keras launch`.",
            )
        # Before anything asks for devices: that would start TensorFlow without the other workers.
        return tf.distribute.MultiWorkerMirroredStrategy()
    gpus = tf.config.list_logical_devices("GPU")
    if name == "mirrored" or (name == "auto" and len(gpus) > 1):
        devices = [device.name for device in gpus or tf.config.list_logical_devices("CPU")]
        if len(devices) < 2:
            raise error(
                _WHERE,
                f"'mirrored' on a machine with {len(gpus)} GPUs",
                "two devices or more",
                "Use 'one_device'. (To try replicas without GPUs, split the CPU with "
                "tf.config.set_logical_device_configuration before TensorFlow starts.)",
            )
        return tf.distribute.MirroredStrategy(devices)
    # TensorFlow's own default takes the first GPU, or the CPU.
    return tf.distribute.get_strategy()


def worker_index():
    """Return which worker this process is, 0 for the chief and for a run of one process.

    Raises:
        ValueError: if TF_CONFIG cannot be read.

    Example:

    >>> worker_index()
    0
    """
    return _task_index(_configuration()) if _workers() else 0


def num_workers():
    """Return how many workers TF_CONFIG names, 1 without it.

    Raises:
        ValueError: if TF_CONFIG cannot be read.

    Example:

    >>> num_workers()
    1
    """
    return max(len(_workers()), 1)


def _workers():
    """Return the addresses of the workers of TF_CONFIG, chief first; none without it."""
    configuration = _configuration()
    cluster = configuration.get("cluster", {})
    workers = [*cluster.get("chief", []), *cluster.get("worker", [])]
    if workers:
        index = _task_index(configuration)
        if not 0 <= index < len(workers):
            raise _unreadable(f"task {index} of {len(workers)} workers", "a task of the cluster")
    return workers


def _configuration():
    text = os.environ.get("TF_CONFIG", "")
    if not text:
        return {}
    try:
        configuration = json.loads(text)
        task, cluster = configuration.get("task", {}), configuration.get("cluster", {})
        readable = isinstance(cluster, dict) and (not cluster or {"type", "index"} <= set(task))
        int(task.get("index", 0))
    except (ValueError, AttributeError, TypeError):
        readable = False
    if not readable:
        raise _unreadable(f"TF_CONFIG={text!r}", "a JSON object with 'cluster' and 'task'")
    return configuration


def _task_index(configuration):
    task = configuration["task"]
    chiefs = len(configuration["cluster"].get("chief", []))
    return int(task["index"]) + (chiefs if task["type"] == "worker" else 0)


def _unreadable(received, required):
    return error(_WHERE, received, required, f"Set it like TF_CONFIG='{_EXAMPLE}'.")
