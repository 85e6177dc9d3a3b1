"""The engine of one machine: some runs at once, which share its cores and GPUs."""

import concurrent.futures
import os
import queue
import threading

from st_keras.cli.benchmark.one_run import carry_out
from st_keras.cli.doctor.processor import processor
from st_keras.cli.tune.roles import visible_gpus

THREADS = ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS")


def run_in_processes(runs, jobs, cores, progress):
    """Carry out runs, at most `jobs` at once.

    Args:
        runs: list of `Run`.
        jobs: int >= 1.
        cores: int or None, of each run. Default None: an equal share.
        progress: `Progress`, which is told all.

    Raises:
        KeyboardInterrupt: if the user interrupts it, when all runs have ended.
    """
    jobs = max(min(jobs, len(runs)), 1)
    places = queue.SimpleQueue()
    for place in shares(jobs, cores, visible_gpus()):
        places.put(place)
    stop = threading.Event()

    def work(run):
        if stop.is_set():
            return
        environment = places.get()
        progress.begins(run)
        try:
            progress.ends(run, carry_out(run, environment, stop))
        finally:
            places.put(environment)

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        try:
            futures = [pool.submit(work, run) for run in runs]
            for future in concurrent.futures.as_completed(futures):
                future.result()
        except BaseException:
            stop.set()
            raise


def shares(jobs, cores=None, gpus=()):
    """Return the environments of runs at work at once: the threads and the GPU of each.

    Args:
        jobs: int >= 1.
        cores: int or None, as of `run_in_processes`. What the environment says stays.
        gpus: list of str, as CUDA_VISIBLE_DEVICES names them.

    Returns:
        list of dicts of str.

    Example:

    >>> shares(2, cores=3, gpus=["0"])[1]["CUDA_VISIBLE_DEVICES"]
    '0'
    """
    environment = threads_of(cores or max(processor()["cores"] // jobs, 1))
    environments = []
    for place in range(jobs):
        own = dict(environment)
        if gpus:
            own["CUDA_VISIBLE_DEVICES"] = gpus[place % len(gpus)]
            own["TF_FORCE_GPU_ALLOW_GROWTH"] = "true"
        environments.append(own)
    return environments


def threads_of(cores):
    """Return the environment of a process that is to use so many cores.

    What the environment of this one says already stays.
    """
    return {name: str(cores) for name in THREADS if name not in os.environ}
