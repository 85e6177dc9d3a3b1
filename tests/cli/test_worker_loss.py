"""TensorFlow's errors about lost workers, in words."""

import types

import pytest
import tensorflow as tf

from st_keras.cli.worker_loss import is_loss, told_of_lost_workers
from st_keras.cli.worker_lost_error import WorkerLostError

ALONE = types.SimpleNamespace(size=1)
TEXT = """Graph execution error:

Detected at node CollectiveReduceV2 defined at (most recent call last):
Collective ops is aborted by: Socket closed
The error could be from a previous operation."""


@pytest.fixture
def workers(monkeypatch):
    """The second of two workers."""
    monkeypatch.setattr(
        "st_keras.cli.worker_loss.worker_folder", lambda folder, _: folder / "worker-1"
    )
    return types.SimpleNamespace(size=2, index=1, strategy=None)


@pytest.mark.parametrize(
    "kind", ["Unavailable", "DeadlineExceeded", "Aborted", "Cancelled", "FailedPrecondition"]
)
def test_names_the_loss_and_where_training_goes_on(kind, workers, tmp_path):
    failure = getattr(tf.errors, f"{kind}Error")(None, None, TEXT)
    begin = f"worker 1: received no answer from another worker \\({kind}Error: Collective ops is "
    begin += r"aborted by: Socket closed\)\. Required: all 2 workers, .*same command and --resume"
    with pytest.raises(WorkerLostError, match=f"{begin}.* begins anew"):
        with told_of_lost_workers(workers, tmp_path):
            raise failure
    (tmp_path / "worker-1").mkdir()
    for position in (0, 100, 200):
        (tmp_path / "worker-1" / f"state-{position:012d}.npz").touch()
    with pytest.raises(WorkerLostError, match=f"{begin}.* goes on after batch 200"):
        with told_of_lost_workers(workers, tmp_path):
            raise failure


def test_other_errors_stay_as_they_are(workers, tmp_path):
    for failure in (
        tf.errors.InvalidArgumentError(None, None, "Incompatible shapes"),
        tf.errors.InternalError(None, None, "cuDNN failed"),
        ValueError("a bug"),
        KeyboardInterrupt(),
    ):
        with pytest.raises(type(failure)), told_of_lost_workers(workers, tmp_path):
            raise failure


def test_one_process_alone_loses_nobody(tmp_path):
    with pytest.raises(tf.errors.UnavailableError), told_of_lost_workers(ALONE, tmp_path):
        raise tf.errors.UnavailableError(None, None, TEXT)


def test_internal_errors_of_collectives_count():
    assert is_loss(tf.errors.InternalError(None, None, "Collective ops is aborted"))
    assert not is_loss(tf.errors.InternalError(None, None, "cuDNN failed"))
