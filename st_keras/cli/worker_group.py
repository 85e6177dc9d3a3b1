"""The workers that train together: which this one is, and what all must agree on."""

import time

import tensorflow as tf

from st_keras.cli.worker_lost_error import WorkerLostError
from st_keras.training import TimeBudget
from st_keras.training.resume.termination import hear_terminations_again
from st_keras.training.strategies import make_strategy, num_workers, worker_index
from st_keras.validation import InputError, error

_REFUSED = -1


class WorkerGroup:
    """The workers of a run. One process alone is a group of one, and its own chief.

    Args:
        strategy: `tf.distribute.Strategy`. Default None: TensorFlow's own, this process alone.

    Attributes:
        strategy: the strategy under whose scope the model is built.
        size: int. Workers.
        index: int. Which of them this is; 0 is the chief.

    Example:

    >>> workers = WorkerGroup()
    >>> workers.size, workers.is_chief, workers.broadcast(5)
    (1, True, 5)
    """

    def __init__(self, strategy=None):
        self.strategy = tf.distribute.get_strategy() if strategy is None else strategy
        together = isinstance(self.strategy, tf.distribute.MultiWorkerMirroredStrategy)
        self.size = num_workers() if together else 1
        self.index = worker_index() if self.size > 1 else 0
        self._share = tf.function(self._of_chief)

    @property
    def is_chief(self):
        """Whether this worker prints and writes the results."""
        return self.index == 0

    @property
    def replicas(self):
        """int. Copies of the model that share a batch."""
        return self.strategy.num_replicas_in_sync

    @property
    def strategy_name(self):
        """Which of `st_keras.training.strategies.STRATEGIES` it came to."""
        if self.size > 1:
            return "multi_worker"
        return "mirrored" if self.replicas > 1 else "one_device"

    def say(self, text):
        """Print, if this is the chief."""
        if self.is_chief:
            print(text, flush=True)

    def broadcast(self, number):
        """Return the chief's small int; all workers must call this at the same place."""
        if self.size == 1:
            return number
        numbers = self._share(tf.constant(number, tf.float32))
        return int(self.strategy.experimental_local_results(numbers)[0])

    def barrier(self):
        """Return when all workers have come here."""
        self.broadcast(0)

    def decided_by_chief(self, decide):
        """Return what the chief decides; all workers must call this at the same place.

        Args:
            decide: function without arguments that returns an int of at least 0 or refuses with an
                `InputError`. Only the chief calls it.

        Raises:
            ValueError: the chief's refusal; elsewhere, that the chief has refused.
        """
        number, refusal = _REFUSED, None
        if self.is_chief:
            try:
                number = decide()
            except InputError as reason:
                refusal = reason
        number = self.broadcast(number)
        if refusal:
            raise refusal
        if number == _REFUSED:
            raise error(
                f"worker {self.index}",
                "a refusal of the chief (worker 0)",
                "a run that the chief can begin",
                "Read what worker 0 printed, and start all workers again.",
            )
        return number

    def check_batch(self, batch_size):
        """Raise `ValueError` for a global batch that leaves replicas without a sample."""
        if batch_size < self.replicas:
            raise error(
                "--batch-size",
                f"{batch_size} on {self.replicas} replicas",
                "at least one sample for each: the batch is that of all replicas together",
                f"Pass --batch-size {self.replicas} or more, or train on fewer devices.",
            )

    def training_batches(self, source, batch_size, first_batch):
        """Return the batches that `fit` takes; each of several workers reads its own rows alone.

        A source that cannot read a part of a batch is read whole by every worker, and TensorFlow
        drops what belongs to others.

        Args:
            source: has `training_dataset(batch_size, first_batch)`; with `reads_shards` it takes
                `shard=(index, count)`, too.
            batch_size: int, of all replicas together.
            first_batch: int.
        """
        if self.size == 1 or not getattr(source, "reads_shards", False):
            return source.training_dataset(batch_size, first_batch)
        here = self.replicas // self.size

        def of_this_worker(context):
            # TensorFlow gives the elements to the replicas of a worker in turn.
            parts = [
                source.training_dataset(
                    batch_size, first_batch, shard=(self.index * here + k, self.replicas)
                )
                for k in range(here)
            ]
            turns = tf.data.Dataset.range(here).repeat()
            return parts[0] if here == 1 else tf.data.Dataset.choose_from_datasets(parts, turns)

        return self.strategy.distribute_datasets_from_function(of_this_worker)

    def _of_chief(self, number):
        def add():
            context = tf.distribute.get_replica_context()
            # A sum in which only the chief's first replica counts: every strategy offers it.
            own = number * tf.cast(tf.equal(context.replica_id_in_sync_group, 0), tf.float32)
            return context.all_reduce(tf.distribute.ReduceOp.SUM, own)

        return self.strategy.run(add)


def join_workers(name, deterministic=False):
    """Return the workers of a run; of several, when all of them are there.

    Args:
        name: str, one of `st_keras.training.strategies.STRATEGIES`.
        deterministic: bool. Whether TensorFlow is to compute the same bits in every run.

    Raises:
        ValueError: as `make_strategy`, or if TF_CONFIG names several workers but the strategy is
            one of a single process: each would train alone, and write to the same files.
        WorkerLostError: if the workers of TF_CONFIG cannot be reached.
    """
    if deterministic:
        tf.config.experimental.enable_op_determinism()
    if num_workers() > 1 and name not in ("auto", "multi_worker"):
        raise error(
            "--strategy",
            f"{name} with a TF_CONFIG of {num_workers()} workers",
            "'auto' or 'multi_worker', or no TF_CONFIG",
            "Leave --strategy out, or unset TF_CONFIG to train with this process alone.",
        )
    try:
        workers = WorkerGroup(make_strategy(name))
    except tf.errors.OpError as failure:
        text = error(
            "--strategy",
            f"no connection to all {num_workers()} workers ({type(failure).__name__})",
            "every worker that TF_CONFIG names, started and reachable under its address",
            "Look at addresses and ports, and start all workers again with --resume.",
        )
        raise WorkerLostError(str(text)) from failure
    hear_terminations_again()
    return workers


class AgreedTimeBudget(TimeBudget):
    """A `TimeBudget` of several workers: all stop after the same batch, by the chief's clock.

    Args:
        minutes: float > 0.
        workers: `WorkerGroup`.

    Example:

    >>> AgreedTimeBudget(5, WorkerGroup()).minutes
    5.0
    """

    def __init__(self, minutes, workers):
        super().__init__(minutes)
        self._workers = workers

    def on_train_batch_end(self, batch, logs=None):
        """Look at the chief's clock."""
        if self._workers.broadcast(int(time.monotonic() > self._deadline)):
            self.stopped = True
            self.model.stop_training = True
