"""Several processes that train together: a folder for each, and the state that all have."""

import pathlib

import tensorflow as tf

from st_keras.validation import error

BEGINNING = 1  # the key of a state that was written before the first batch


def worker_folder(folder, strategy):
    """Return the folder of this process.

    Those of all: `all_worker_folders`.

    Args:
        folder: the folder of the run.
        strategy: `tf.distribute.Strategy`. Where it knows of no cluster, `TF_CONFIG` says it.

    Returns:
        `folder/worker-<task id>` (`chief-0` for a chief) if several processes train, else
        `folder`.

    Example:

    >>> str(worker_folder("states", tf.distribute.get_strategy()))
    'states'
    """
    resolver = _resolver(strategy)
    if len(_tasks(resolver)) < 2:
        return pathlib.Path(folder)
    return pathlib.Path(folder) / f"{resolver.task_type or 'worker'}-{resolver.task_id or 0}"


def all_worker_folders(folder, strategy):
    """Return the set of the folders of all processes that train together; see `worker_folder`."""
    names = _tasks(_resolver(strategy))
    return {pathlib.Path(folder) / name for name in (names if len(names) > 1 else [""])}


def spans_processes(strategy):
    """Whether several processes train under this strategy."""
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return False
    return len(_tasks(strategy.cluster_resolver)) > 1


def newest_of_all(keys, strategy, most):
    """Find the newest state that every process has; all processes must call it.

    Args:
        keys: list of int >= 0, the states of this process.
        strategy: the `tf.distribute.Strategy` of all.
        most: int. The states that a process has at most.

    Returns:
        `(key, same)`: the largest key that all have, None if nobody has more than the beginning
        and not all have that; and whether it is the newest of each.

    Raises:
        ValueError: if some have states, but none in common.

    Example:

    >>> newest_of_all([7, 5], tf.distribute.get_strategy(), most=3)
    (7, True)
    """
    padded = tf.constant([(sorted(keys, reverse=True) + [-1] * most)[:most]], tf.int64)

    @tf.function
    def gather():
        return strategy.run(lambda: tf.distribute.get_replica_context().all_gather(padded, axis=0))

    rows = [
        {int(key) for key in row if key >= 0}
        for row in strategy.experimental_local_results(gather())[0].numpy()
    ]
    return common_newest(rows)


def common_newest(rows):
    """Find the largest number that all sets have; see `newest_of_all`."""
    if not any(rows):
        return None, True
    common = set.intersection(*rows)
    if not common and max(set.union(*rows)) <= BEGINNING:
        # Some were killed before their first state: nobody has trained anything.
        return None, False
    if not common:
        held = "; ".join(f"{sorted(key // 2 for key in row)}" for row in rows)
        raise error(
            "ExactResume",
            f"training states after these batches, worker by worker: {held}",
            "one that every worker has",
            "Start as many workers as before, bring back the missing worker's folder, or move all "
            "away to start from the beginning.",
        )
    newest = max(common)
    return newest, all(max(row) == newest for row in rows)


def _resolver(strategy):
    if spans_processes(strategy):
        return strategy.cluster_resolver
    return tf.distribute.cluster_resolver.TFConfigClusterResolver()


def _tasks(resolver):
    cluster = resolver.cluster_spec()
    jobs = [job for job in ("chief", "worker") if job in cluster.jobs]
    return [f"{job}-{index}" for job in jobs for index in cluster.task_indices(job)]
