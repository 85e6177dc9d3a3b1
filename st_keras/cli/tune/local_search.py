"""A chief and its workers as processes of this machine."""

import math
import os
import signal
import sys
import threading

from st_keras.cli.launch.worker_processes import WorkerProcesses
from st_keras.cli.tune.roles import environment_of, local_roles, visible_gpus

GRACE_SECONDS = 30.0  # for workers to end their trials after Ctrl-C


def search_with_workers(make_tuner, arguments, workers):
    """Search with this process as the chief, until all workers have ended.

    Args:
        make_tuner: function without arguments that returns the tuner; called as the chief.
        arguments: list of str, the command line of the search, which each worker runs too.
        workers: int >= 1.

    Returns:
        int, the exit status of the first worker that failed, or 0.

    Raises:
        Exception: what ended the chief.
    """
    chief, environments = local_roles(workers, visible_gpus())
    with environment_of(chief):
        tuner = make_tuner()
        command = [sys.executable, "-m", "st_keras.cli.launch.worker_process", str(os.getpid())]
        processes = WorkerProcesses([*command, *map(str, arguments)], environments)
        failures = []

        def serve():
            try:
                tuner.search()
            except BaseException as reason:
                # Without a chief the workers would wait for an hour.
                failures.append(reason)
                processes.end()

        # keras-tuner's chief looks every 20 seconds whether it is needed; with the last worker the
        # search is over.
        threading.Thread(target=serve, daemon=True).start()
        try:
            status = processes.wait(math.inf)
        except KeyboardInterrupt:
            processes.send(signal.SIGINT)
            processes.wait(GRACE_SECONDS)
            raise
        finally:
            processes.end()
    if failures:
        raise failures[0]
    return status
