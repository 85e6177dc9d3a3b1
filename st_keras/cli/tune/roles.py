"""Who is who in a search with several processes, in keras-tuner's own environment variables."""

import contextlib
import os
import socket

from st_keras.validation import error

TUNER_ID, ORACLE_IP, ORACLE_PORT = NAMES = (
    "KERASTUNER_TUNER_ID",
    "KERASTUNER_ORACLE_IP",
    "KERASTUNER_ORACLE_PORT",
)
ALONE, CHIEF, WORKER = "alone", "chief", "worker"
HOST = "127.0.0.1"


def role_here():
    """Return the role of this process: "alone", "chief" (has the oracle) or "worker".

    Raises:
        ValueError: if some of keras-tuner's variables are set, and others are not.

    Example:

    >>> role_here()
    'alone'
    """
    given = [name for name in NAMES if os.environ.get(name)]
    if ORACLE_IP not in given and ORACLE_PORT not in given:
        return ALONE
    missing = [name for name in NAMES if name not in given]
    if missing:
        raise error(
            "st-keras tune",
            f"{', '.join(given)} in the environment, without {', '.join(missing)}",
            "all three: whose oracle to ask, and the name of this process",
            f"Set {', '.join(missing)}, or unset the others.",
        )
    return CHIEF if "chief" in os.environ[TUNER_ID] else WORKER


def local_roles(workers, gpus=()):
    """Return the environments of a chief and its workers on this machine.

    Args:
        workers: int >= 1.
        gpus: sequence of str, the GPUs to share out: what CUDA_VISIBLE_DEVICES may name.

    Returns:
        `(chief, [worker, ...])`: dicts of str.

    Example:

    >>> chief, workers = local_roles(2, gpus=["0", "1"])
    >>> chief[TUNER_ID], [worker[TUNER_ID] for worker in workers]
    ('chief', ['worker0', 'worker1'])
    >>> workers[1]["CUDA_VISIBLE_DEVICES"], workers[1][ORACLE_PORT] == chief[ORACLE_PORT]
    ('1', True)
    """
    oracle = {ORACLE_IP: HOST, ORACLE_PORT: str(_free_port())}
    # gRPC would look for the chief behind a proxy, if the environment names one.
    oracle |= {"no_grpc_proxy": HOST}
    environments = []
    for index in range(workers):
        environment = {**oracle, TUNER_ID: f"worker{index}", **_share_of_cores(workers)}
        if gpus:
            environment["CUDA_VISIBLE_DEVICES"] = gpus[index % len(gpus)]
            environment["TF_FORCE_GPU_ALLOW_GROWTH"] = "true"
        environments.append(environment)
    return {**oracle, TUNER_ID: "chief"}, environments


def visible_gpus():
    """Return the names of the GPUs that this process may use, for CUDA_VISIBLE_DEVICES."""
    import tensorflow as tf

    count = len(tf.config.list_physical_devices("GPU"))
    named = [name for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name]
    return named[:count] if named else [str(index) for index in range(count)]


def leave_gpus_to_trials():
    """Keep TensorFlow in this process, which trains nothing, from taking the memory of GPUs."""
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        # Once TensorFlow has begun in this process, it is too late.
        with contextlib.suppress(RuntimeError):
            tf.config.set_visible_devices([], "GPU")


@contextlib.contextmanager
def environment_of(role):
    """Have a role's variables in the environment of this process, for as long as the block."""
    before = {name: os.environ.get(name) for name in role}
    os.environ.update(role)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _share_of_cores(workers):
    """Several trials that each take all cores would get in each other's way."""
    if "TF_NUM_INTRAOP_THREADS" in os.environ:
        return {}
    return {"TF_NUM_INTRAOP_THREADS": str(max((os.cpu_count() or 1) // workers, 1))}


def _free_port():
    with socket.socket() as free:
        free.bind((HOST, 0))
        return free.getsockname()[1]
