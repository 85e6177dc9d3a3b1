"""The engine Ray: each run is a task of a cluster, which places it by its cores and GPUs."""

import dataclasses
import os
import pathlib

from st_keras.cli.benchmark.one_run import Outcome, carry_out
from st_keras.cli.benchmark.processes import threads_of
from st_keras.cli.benchmark.run_state import FAILED, read_state
from st_keras.validation import error, require

WAIT_SECONDS = 1.0  # between two looks at which runs have begun


def require_ray():
    """Return the module `ray`, or refuse its absence."""
    return require("--engine ray", "ray", "Ray", "ray", "--engine processes or slurm")


def run_on_ray(runs, address, cores, gpus, jobs, progress):
    """Carry out runs as tasks of Ray.

    All nodes need this package and the folders of suite and data, under the same paths: a file
    system that they share. A task that is lost with its node runs again on another one, where its
    training goes on.

    Args:
        runs: list of `Run`.
        address: str, of a cluster as `ray.init` takes it; None: one on this machine, for as long.
        cores: int, of each run.
        gpus: int, of each run.
        jobs: int or None: at most so many at once. Default None: as many as there is room for.
        progress: `Progress`, which is told all.

    Raises:
        ValueError: if Ray is missing, or there is no cluster.
        KeyboardInterrupt: if the user interrupts it, when the tasks were asked to end.
    """
    ray = require_ray()
    before = ray.is_initialized()
    try:
        if address is not None:
            ray.init(address=address, log_to_driver=False)
        elif not before:
            ray.init(address="local", log_to_driver=False, include_dashboard=False)
    except (ConnectionError, ValueError, RuntimeError) as reason:
        raise error(
            "--address",
            f"{address}, where no cluster answers ({str(reason).splitlines()[0]})",
            "the address of a cluster that runs, such as auto or HOST:6379",
            "Start one with `ray start --head`, or leave --address out.",
        ) from reason
    try:
        _check_room(ray, cores, gpus)
        _run_all(ray, runs, cores, gpus, jobs, progress)
    finally:
        if not before:
            ray.shutdown()


def _check_room(ray, cores, gpus):
    """Refuse what no node has room for: Ray would wait for one without end."""
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    if not any(node.get("CPU", 0) >= cores and node.get("GPU", 0) >= gpus for node in nodes):
        most = ", ".join(f"{node.get('CPU', 0):g}/{node.get('GPU', 0):g}" for node in nodes)
        raise error(
            "--engine ray",
            f"runs of {cores} cores and {gpus} GPUs, on nodes with (cores/GPUs) {most}",
            "a node with room for a run",
            "Lower --cores or --gpus, or add nodes.",
        )


def _run_all(ray, runs, cores, gpus, jobs, progress):
    # A run is told to all nodes as plain values: classes of parsed settings need not travel.
    task = ray.remote(num_cpus=cores, num_gpus=gpus)(_carry_out_there)
    waiting, tasks, begun = list(runs), {}, set()
    attempts = {run: _attempts(run) for run in runs}
    try:
        while waiting or tasks:
            while waiting and (jobs is None or len(tasks) < jobs):
                run = waiting.pop(0)
                plain = dataclasses.replace(run, settings=None)
                tasks[task.remote(plain, os.getcwd(), cores)] = run
            ready, _ = ray.wait(list(tasks), num_returns=1, timeout=WAIT_SECONDS)
            for run in tasks.values():
                if run not in begun and _attempts(run) > attempts[run]:
                    begun.add(run)
                    progress.begins(run)
            for reference in ready:
                progress.ends(tasks.pop(reference), _outcome(ray, reference))
    except BaseException:
        for reference in tasks:
            ray.cancel(reference)  # as Ctrl-C in the process of the task
        ray.wait(list(tasks), num_returns=len(tasks), timeout=None) if tasks else None
        raise


def _carry_out_there(run, folder, cores):
    os.chdir(pathlib.Path(folder))
    return carry_out(run, threads_of(cores))


def _outcome(ray, reference):
    try:
        return ray.get(reference)
    except ray.exceptions.RayError as reason:
        return Outcome(FAILED, f"its task of Ray was lost: {str(reason).strip().splitlines()[-1]}")


def _attempts(run):
    return (read_state(run) or {}).get("attempts", 0)
