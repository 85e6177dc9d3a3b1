"""`st-keras benchmark suite.yaml`: models x datasets x seeds, with means and intervals."""

import contextlib
import os
import pathlib
import shlex
from dataclasses import dataclass

from st_keras.cli.benchmark.run_state import is_whole
from st_keras.cli.benchmark.suite import read_suite
from st_keras.cli.benchmark.suite_folder import (
    MARK,
    check_suite_folder,
    open_suite_folder,
    suite_folder,
)
from st_keras.cli.command import Command, CommandSettings
from st_keras.settings import value_types as types
from st_keras.settings.setting import setting, switch
from st_keras.validation import InputError, error

PROCESSES, RAY, SLURM = ENGINES = ("processes", "ray", "slurm")


@dataclass(frozen=True, kw_only=True)
class Benchmark(CommandSettings):
    """Train and score models on datasets with several seeds; go on where it was killed."""

    suite: pathlib.Path = setting(
        types.path, flag=None, metavar="SUITE.yaml", help="what to run; see below"
    )
    out: pathlib.Path | None = setting(
        types.path,
        None,
        "folder, new or of this suite to go on with (default: as the file says, else its name)",
    )
    engine: str = setting(
        choices=ENGINES,
        default=PROCESSES,
        help="processes of this machine (default), tasks of Ray, or a job array of SLURM, whose "
        "script is written",
    )
    jobs: int | None = setting(
        types.whole(1),
        None,
        "runs at once (default: 1; with ray and slurm as many as there is room for)",
    )
    cores: int | None = setting(
        types.whole(1),
        None,
        "of each run (default: an equal share; with ray 1, with slurm as it gives)",
    )
    gpus: int | None = setting(
        types.whole(0),
        None,
        "of each run, with ray and slurm (default: 0); processes share those that are visible",
    )
    address: str | None = setting(
        default=None,
        help="of a cluster of Ray, such as auto or HOST:6379 (default: one on this machine, for as "
        "long)",
    )
    only: int | None = setting(
        types.whole(0), None, "carry out this run alone, as a job of an array does", metavar="INDEX"
    )
    of: str | None = setting(
        default=None,
        help="with --only: the runs that its number counts, which the script of an array says; "
        "refused where the suite has others by now",
        metavar="FINGERPRINT",
    )
    collect: bool = switch("run nothing: write the report of what is there")
    dry_run: bool = switch("check everything and list the runs and their commands")

    def __post_init__(self):
        ways = [
            flag
            for flag, value in (
                ("--only", self.only is not None),
                ("--collect", self.collect),
                ("--dry-run", self.dry_run),
            )
            if value
        ]
        if len(ways) > 1:
            raise error(
                ways[1],
                f"it with {ways[0]}",
                "one of the two",
                f"Leave {ways[1]} or the other out.",
            )
        if self.of is not None and self.only is None:
            raise error("--of", "it without --only", "both", "Pass --only, or leave --of out.")
        for flag, value, engines in (
            ("--address", self.address, (RAY,)),
            ("--gpus", self.gpus, (RAY, SLURM)),
        ):
            if value is not None and self.engine not in engines:
                raise error(
                    flag,
                    f"{value} with --engine {self.engine}",
                    f"--engine {' or '.join(engines)}",
                    f"Leave {flag} out, or choose another engine.",
                )


def check(settings):
    """Refuse a suite that says what cannot be, a folder of something else, a missing file."""
    if os.environ.get("TF_CONFIG"):
        raise error(
            "st-keras benchmark",
            "a TF_CONFIG in the environment",
            "none: each run is a process alone",
            "Unset TF_CONFIG.",
        )
    suite = read_suite(settings.suite, settings.out)
    check_suite_folder(suite)
    if settings.collect and not (suite.out / MARK).is_file():
        raise error(
            "--collect",
            f"{str(suite.out)!r}, where no run of the suite has begun",
            "the folder of a suite",
            "Leave --collect out, or pass the folder as --out.",
        )
    if settings.of not in (None, suite.fingerprint):
        raise error(
            "--of",
            f"{settings.of}, the runs of an array, where the suite has others by now",
            f"{suite.fingerprint}: numbers that count the same runs",
            "Write the array again: --engine slurm.",
        )
    if settings.only is not None and settings.only >= len(suite.runs):
        raise error(
            "--only",
            f"{settings.only} for {len(suite.runs)} runs",
            f"a number from 0 to {len(suite.runs) - 1}",
            "Write the array again: --engine slurm.",
        )
    if settings.only is None and not settings.collect:
        from st_keras.cli.train_command import COMMAND as TRAIN

        for run in suite.pairs([run for run in suite.runs if not is_whole(run)]):
            with _told_of(suite, run):
                TRAIN.check(run.settings)


def benchmark(settings):
    """Carry out what is not whole yet, and write the report.

    Returns:
        int, the exit status: 1 if a run failed, or is not finished.

    Raises:
        KeyboardInterrupt: if the user interrupted it; the same command goes on.
    """
    from st_keras.cli.benchmark.one_run import run_by_number
    from st_keras.cli.tune.roles import leave_gpus_to_trials

    leave_gpus_to_trials()
    suite = read_suite(settings.suite, settings.out)
    if settings.only is not None:
        open_suite_folder(suite)
        return run_by_number(suite, settings.only)
    if settings.collect:
        return _reported(suite, open_suite_folder(suite))
    left = [run for run in suite.runs if not is_whole(run)]
    print(f"{suite.title}: {len(suite.runs)} runs, {len(suite.runs) - len(left)} of them whole.")
    _check_pairs(suite, left)
    if settings.dry_run:
        _list(suite, left)
        return 0
    with suite_folder(suite) as folder:
        if settings.engine == SLURM:
            return _write_array(settings, suite, left)
        failed = _run(settings, left)
        return _reported(suite, folder, failed)


def _check_pairs(suite, left):
    """Open the data and build the model of each pair: what would fail later is refused now."""
    import keras

    from st_keras.cli.train_command import prepare_of

    pairs = suite.pairs(left)
    if pairs:
        print(f"Looking at data and models of {len(pairs)} pairs.", flush=True)
    for run in pairs:
        with _told_of(suite, run):
            prepare_of(run.settings)(run.settings)
        keras.utils.clear_session()


@contextlib.contextmanager
def _told_of(suite, run):
    """Say in refusals of the block of which model and dataset they are."""
    try:
        yield
    except InputError as reason:
        where = f"{suite.path}: models.{run.model} with datasets.{run.dataset}"
        raise InputError(f"{where}: {reason}") from reason


def _list(suite, left):
    for number, run in enumerate(suite.runs):
        print(f"\n{number}: {run.name}{'' if run in left else ': whole'}")
        for words in run.commands():
            print(f"  {shlex.join(['st-keras', *words])}")


def _run(settings, left):
    """Carry out runs with the engine; return {`Run`: `Outcome`}."""
    from st_keras.cli.benchmark.progress import Progress

    progress = Progress(len(left))
    try:
        if settings.engine == RAY:
            from st_keras.cli.benchmark.ray_tasks import run_on_ray

            cores, gpus = settings.cores or 1, settings.gpus or 0
            run_on_ray(left, settings.address, cores, gpus, settings.jobs, progress)
        else:
            from st_keras.cli.benchmark.processes import run_in_processes

            run_in_processes(left, settings.jobs or 1, settings.cores, progress)
    except KeyboardInterrupt:
        print("\nThe same command goes on with the runs that are left.")
        raise
    return progress.outcomes


def _write_array(settings, suite, left):
    from st_keras.cli.benchmark.slurm_array import write_array

    if not left:
        print("All runs are whole: there is nothing to submit.")
        return 0
    numbers = [number for number, run in enumerate(suite.runs) if run in left]
    script = write_array(suite, numbers, settings.jobs, settings.cores, settings.gpus or 0)
    again = ["st-keras", "benchmark", str(suite.path), "--out", str(suite.out)]
    print(f"\nWritten: {script}, {len(numbers)} runs")
    print(f"Submit:  sbatch {shlex.quote(str(script))}  (--partition, --account, --time before it)")
    print(f"Then:    {shlex.join([*again, '--collect'])}")
    print(f"Some failed or were ended: {shlex.join([*again, '--engine', SLURM])}, and submit again")
    return 0


def _reported(suite, folder, outcomes=None):
    from st_keras.cli.benchmark.report import print_failed, write_report
    from st_keras.cli.benchmark.results import gather

    results = gather(suite)
    print_failed(outcomes or {})
    write_report(results, folder)
    print(f"\nWritten:\n{folder.report()}")
    missing = len(suite.runs) - len(results.scores)
    if missing:
        print(f"\n{missing} of {len(suite.runs)} runs are not finished: the same command goes on.")
    return 1 if missing else 0


COMMAND = Command(
    name="benchmark",
    settings=Benchmark,
    check=check,
    work=benchmark,
    epilog="SUITE.yaml has lines `title`, `out`, `seeds: [0, 1, 2]`; `train` and `evaluate`, flags "
    "of these commands for all runs, such as {steps: 1000, batch: 4}; `models`, such as {small: "
    "{family: predrnn, filters: [16, 16]}}; `datasets`, such as {digits: {data: digits}}. Models "
    "and datasets take further flags of train, and of evaluate under `evaluate`; `datasets: "
    "[NAMES]` of a model says on which it runs.",
)
