"""Time all contestants, group by group, in turns; return rows of figures."""

import contextlib
import functools

import numpy as np

from benchmarks.machine_rates import dtype_of, largest_rates, machine_rates
from benchmarks.speed.contestant import COMPILED_PEER, OURS, PEER, contestants_of
from benchmarks.speed.options import modes_of
from benchmarks.speed.worker import Worker, WorkerError
from benchmarks.speed.workload import workload

# The first call, which traces, is timed by itself; one more round is warm.
WARM_UP = 1


def measure(options, progress):
    """Measure everything that the options ask for.

    Args:
        options: of `benchmarks.speed.options`, checked, with `policies` chosen.
        progress: function of a str, told what is being done.

    Returns:
        Dict: "rates", `{dtype: {"convolution": FLOP/s, "matrix": FLOP/s}}`; "rows", a list of
        dicts, see `_row`; "notes", a list of str: who failed, and how; "failed", the number of
        them, but for what `torch.compile` could not do, which is a result.
    """
    dtypes = [dtype_of(policy) for policy in options.policies]
    progress("the machine's rates")
    rates = machine_rates(dtypes)
    groups = [(model, mode) for model in options.models for mode in modes_of(options, model)]
    timed, failures = [], []
    for number, (model, mode) in enumerate(groups, start=1):
        place = f"{number}/{len(groups)} {model} {mode}"
        group = contestants_of(options, model, mode)
        timed += in_turns(group, options, lambda what, p=place: progress(f"{p}: {what}"), failures)
    progress("the machine's rates again")
    # Their speed drifts: the best that was seen in this run.
    rates = largest_rates(rates, machine_rates(dtypes))
    works = {case: workload(options, *case) for case in groups}
    rows = [
        _row(contestant, figures, works[contestant.model, contestant.mode], rates)
        for contestant, figures in timed
    ]
    return {
        "rates": rates,
        "rows": compared(rows),
        "notes": [f"Not measured: {reason}" for _, reason in failures],
        "failed": sum(contestant.by != COMPILED_PEER for contestant, _ in failures),
    }


def in_turns(group, options, progress, failures):
    """Time contestants, each in its process, each once a round.

    Args:
        group: list of `Contestant`.
        options: of `benchmarks.speed.options`.
        progress: function of a str.
        failures: list that gets those that failed, as `(contestant, str)`; the others go on.

    Returns:
        List of `(contestant, {"first_seconds", "seconds" of each call, "peak_mib"})`.
    """
    workers, figures = {}, {}
    with contextlib.ExitStack() as stack:

        def attempt(contestant, ask):
            try:
                return ask()
            except WorkerError as failure:
                failures.append((contestant, str(failure)))
                workers.pop(contestant, None)
                figures.pop(contestant, None)

        for contestant in group:
            progress(f"first call of {contestant.by} {contestant.precision}")
            worker = attempt(contestant, functools.partial(Worker, contestant, options))
            if worker is not None:
                stack.callback(worker.close)
                workers[contestant] = worker
                figures[contestant] = {"first_seconds": worker.first_seconds, "seconds": []}
        for turn in range(WARM_UP + options.rounds):
            progress(f"round {turn + 1} of {WARM_UP + options.rounds}")
            for contestant, worker in list(workers.items()):
                calls = attempt(contestant, worker.turn)
                if calls and turn >= WARM_UP:
                    figures[contestant]["seconds"] += calls
        for contestant, worker in list(workers.items()):
            peak = attempt(contestant, worker.finish)
            if contestant in figures:
                figures[contestant]["peak_mib"] = peak
    return list(figures.items())


def compared(rows):
    """Return the rows with how many times faster each is than PyTorch's eager stand-in.

    `times_float32` is against its float32, `times_same` against its row of the same policy; None
    where it was not measured.
    """
    eager = {
        (row["model"], row["mode"], row["policy"]): row["median_seconds"]
        for row in rows
        if row["by"] == PEER
    }

    def times(row, policy):
        theirs = eager.get((row["model"], row["mode"], policy))
        return theirs and theirs / row["median_seconds"]

    return [
        {**row, "times_float32": times(row, "float32"), "times_same": times(row, row["policy"])}
        for row in rows
    ]


def _row(contestant, figures, work, rates):
    """Return the figures of one contestant as a dict of JSON values."""
    low, median, high = (float(value) for value in np.quantile(figures["seconds"], [0.1, 0.5, 0.9]))
    rate = rates[dtype_of(contestant.policy)]["convolution"]
    return {
        "model": contestant.model,
        "mode": contestant.mode,
        "by": contestant.by,
        "ours": contestant.by == OURS,
        "policy": contestant.policy,
        "precision": contestant.precision,
        "calls": len(figures["seconds"]),
        "median_seconds": median,
        "low_seconds": low,
        "high_seconds": high,
        "first_seconds": figures["first_seconds"],
        "sequences_per_second": work.sequences / median,
        "frames_per_second": work.frames / median,
        "flop": work.flops,
        "flop_per_second": work.flops / median,
        "convolution_rate": rate,
        "percent_of_rate": 100 * work.flops / median / rate,
        "peak_mib": figures["peak_mib"],
    }
