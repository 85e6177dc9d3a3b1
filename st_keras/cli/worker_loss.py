"""What a worker says when another one is lost, and that it ends."""

import contextlib

import tensorflow as tf

from st_keras.cli.worker_lost_error import WorkerLostError
from st_keras.training.resume.state_folder import StateFolder
from st_keras.training.resume.workers import worker_folder
from st_keras.validation import error

# What collectives raise when a process was killed, hangs, or left: TensorFlow's coordination
# service misses its heartbeats for ten seconds, or the connection breaks at once.
_LOST = (
    tf.errors.UnavailableError,
    tf.errors.DeadlineExceededError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.FailedPreconditionError,
)
_OF_COLLECTIVES = ("ollective", "oordination")


@contextlib.contextmanager
def told_of_lost_workers(workers, states):
    """Turn TensorFlow's errors about a lost worker into a `WorkerLostError`.

    Args:
        workers: `WorkerGroup`. With a group of one, errors stay as they are.
        states: path of the folder of training states.

    Raises:
        WorkerLostError: three parts: what came, what is required, and that the same command with
            --resume goes on, and from which batch.
    """
    try:
        yield
    except tf.errors.OpError as failure:
        if workers.size == 1 or not is_loss(failure):
            raise
        newest = max(StateFolder(worker_folder(states, workers.strategy)).files(), default=0)
        goes_on = f"goes on after batch {newest}" if newest else "begins anew"
        text = error(
            f"worker {workers.index}",
            f"no answer from another worker ({type(failure).__name__}: {_last_line(failure)})",
            f"all {workers.size} workers, from the beginning to the end",
            "Start all of them again with the same command and --resume: by the states of this "
            f"worker, training {goes_on}.",
        )
        raise WorkerLostError(str(text)) from failure


def is_loss(failure):
    """Return whether an error of TensorFlow says that another worker is gone.

    Example:

    >>> is_loss(tf.errors.UnavailableError(None, None, "Socket closed"))
    True
    >>> is_loss(tf.errors.InvalidArgumentError(None, None, "Incompatible shapes"))
    False
    """
    if isinstance(failure, _LOST):
        return True
    internal = isinstance(failure, (tf.errors.InternalError, tf.errors.UnknownError))
    return internal and any(part in str(failure) for part in _OF_COLLECTIVES)


def _last_line(failure):
    """Return the line of TensorFlow's long text that says what happened."""
    lines = [line.strip() for line in str(failure.message or "").splitlines() if line.strip()]
    telling = [line for line in lines if "aborted by" in line or "unhealthy" in line]
    return (telling or lines or ["no reason given"])[0][:200]
