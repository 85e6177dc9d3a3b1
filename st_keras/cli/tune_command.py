"""`st-keras tune MODEL --data ... --out DIR --trials N`: search for good settings."""

from st_keras.cli.run_record import FINISHED
from st_keras.cli.tune.local_search import search_with_workers
from st_keras.cli.tune.quiet import quiet
from st_keras.cli.tune.roles import CHIEF, WORKER, leave_gpus_to_trials, role_here
from st_keras.cli.tune.search import make_oracle, make_tuner, reports_of
from st_keras.cli.tune.search_folder import open_search_folder
from st_keras.cli.tune.search_results import SearchResults
from st_keras.cli.tune.search_space import objective_of, prepare
from st_keras.cli.tune.trial_table import line_of
from st_keras.tuning.optional_package import require_keras_tuner
from st_keras.validation import error


def run(options):
    """Search, save the best model, and say what to do next.

    Returns:
        int, the exit status: not 0 if a worker failed.

    Raises:
        KeyboardInterrupt: if the user interrupted it; the same command with --resume goes on.
    """
    require_keras_tuner("search")
    role = role_here()
    if role == CHIEF and options.workers > 1:
        raise error(
            "--workers",
            f"{options.workers} in a process that keras-tuner's variables make the chief",
            "one of the two: --workers starts a chief and workers on this machine",
            "Leave --workers out, or unset KERASTUNER_TUNER_ID and the others.",
        )
    leave_gpus_to_trials()
    source, hyper_model = prepare(options)
    if role == WORKER:
        _work(options, hyper_model)
        return 0
    folder, record = open_search_folder(options, source)
    results = SearchResults(
        folder, record, objective_of(options), keep_models=options.tuner == "hyperband"
    )
    oracle = make_oracle(options, objective_of(options), reports_of(options), results)
    print(source.description)
    status = 0
    try:
        with quiet():
            status = _search(options, oracle, hyper_model)
    except KeyboardInterrupt:
        results.interrupt(oracle)
        print(f"\nThe same command with --resume goes on. Trials so far: {folder / 'trials.csv'}")
        raise
    best = results.finish(oracle)
    if record["status"] != FINISHED:
        print("Some trials were not completed. The same command with --resume goes on.")
    elif len(oracle.trials) < options.trials:
        print(
            f"The tuner found no more than {len(oracle.trials)} different trials in these ranges."
        )
    print(f"\nBest: trial {best['trial']}: {line_of(best['values'])}")
    print(f"\nWritten:\n{folder.report()}")
    horizon = "" if options.model == "slowvae" else f" --horizon {options.horizon}"
    print(
        f"Next: st-keras evaluate {folder / 'best' / 'model.keras'} --data {options.data}{horizon} "
        f"--out {folder / 'evaluation'}"
    )
    return status


def _search(options, oracle, hyper_model):
    def tuner():
        return make_tuner(oracle, hyper_model, options.arguments, options.out)

    if options.workers > 1:
        return search_with_workers(tuner, options.arguments, options.workers)
    tuner().search()
    return 0


def _work(options, hyper_model):
    """Run trials for the chief, which prints and writes the results."""
    oracle = make_oracle(options, objective_of(options), reports_of(options), listener=None)
    with quiet():
        make_tuner(oracle, hyper_model, options.arguments, options.out).search()
