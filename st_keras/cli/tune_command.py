"""`st-keras tune MODEL --data ... --out DIR --trials N`: search for good settings."""

import functools
from dataclasses import dataclass

from st_keras.choices import SEARCH_SCORES
from st_keras.cli.command import Command
from st_keras.cli.found_run import resumes
from st_keras.cli.frame_data import DATA_HELP, Windows, check_data, check_files_of_data
from st_keras.cli.input_settings import TITLE, Inputs
from st_keras.cli.rain_settings import TITLE as RAIN_TITLE
from st_keras.cli.rain_settings import Rain
from st_keras.cli.run_settings import ResumableSettings
from st_keras.cli.slowvae.settings import DATA_HELP as PAIRS_HELP
from st_keras.cli.slowvae.settings import DEFAULT_PAIRS, Pairs
from st_keras.cli.tune.roles import (
    ALONE,
    CHIEF,
    WORKER,
    leave_gpus_to_trials,
    role_here,
)
from st_keras.metrics.scores_by_name import facts_of, score_names
from st_keras.models.slowvae.family import SlowVAERanges
from st_keras.settings import value_types as types
from st_keras.settings.setting import part, setting, with_parts
from st_keras.tuning.optional_package import require_keras_tuner
from st_keras.validation import error

RECORD = "tune.json"
TUNERS = ("random", "bayesian", "hyperband")
LOGGED = ("val_mse", "val_mae", "val_loss")  # by every trial, in the units of the data
OBJECTIVES = tuple(dict.fromkeys([*LOGGED, *(f"val_{name}" for name in score_names())]))
RANGES = (
    "ranges\nseveral values with commas, or LOW,HIGH for any number between; one value is not "
    "searched"
)


def _batch_size(default):
    return setting(types.whole(1), default, f"default: {default}")


@dataclass(frozen=True, kw_only=True)
class Search:
    """How to search."""

    trials: int = setting(types.whole(1), 20, "default: 20")
    steps_per_trial: int = setting(types.whole(1), 500, "batches (default: 500)")
    tuner: str = setting(
        choices=TUNERS,
        default="bayesian",
        help="default: bayesian, whose first third is random. hyperband trains many trials for a "
        "ninth and a third of the batches, and goes on with the best",
    )
    batch_size: int = _batch_size(8)
    seed: int = setting(types.whole(0, 2**31 - 1), 0, "default: 0")
    workers: int = setting(types.whole(1), 1, "trials at once on this machine (default: 1)")
    max_parameters: int | None = setting(types.whole(1), None, "a trial with a larger model fails")


@dataclass(frozen=True, kw_only=True)
class ForecasterSearch(Search):
    """How to search among networks that forecast."""

    objective: str = setting(
        choices=OBJECTIVES,
        default="val_mse",
        help="of closed-loop forecasts of the validation part (default: val_mse, of the "
        "forecast frames, in the units of the data). val_loss counts the decoupling term",
    )

    @property
    def score(self):
        """The score by name that trials are to log, or None."""
        return None if self.objective in LOGGED else self.objective.removeprefix("val_")

    @property
    def direction(self):
        """Which value is best: "min" or "max"."""
        return "max" if self.score and facts_of(self.score).better == "higher" else "min"


@dataclass(frozen=True, kw_only=True)
class SlowVAESearch(Search):
    """How to search among SlowVAEs."""

    batch_size: int = _batch_size(DEFAULT_PAIRS)
    objective: str = setting(
        choices=SEARCH_SCORES,
        default="mcc",
        help="mcc (default) compares codes with the factors of the data; udr needs none: it trains "
        "several seeds per trial, and scores how much they agree",
    )
    seeds_per_trial: int = setting(types.whole(2), 3, "with udr (default: 3)")
    images: int = setting(types.whole(10), 2000, "encoded for the score (default: 2000)")
    direction = "max"

    def __post_init__(self):
        if self.objective == "udr" and self.tuner == "hyperband":
            raise error(
                "--tuner",
                "hyperband with --objective udr",
                "another tuner: UDR compares several models, Hyperband goes on with one",
                "Pass --tuner random or bayesian, or --objective mcc.",
            )


@dataclass(frozen=True, kw_only=True)
class TuneForecaster(ResumableSettings):
    """Search among networks that forecast."""

    data: str = setting(help=DATA_HELP)
    search: ForecasterSearch = part("search")
    ranges: object = part(RANGES)
    windows: Windows = part("windows")
    inputs: Inputs = part(TITLE)
    rain: Rain = part(RAIN_TITLE)

    def __post_init__(self):
        check_data(self.data, self.windows)
        self.inputs.futures()
        self.rain.check()


@dataclass(frozen=True, kw_only=True)
class TuneSlowVAE(ResumableSettings):
    """Search among SlowVAEs, by MCC or UDR."""

    data: str = setting(help=PAIRS_HELP)
    pairs: Pairs = part("pairs")
    search: SlowVAESearch = part("search")
    ranges: SlowVAERanges = part(RANGES)

    def __post_init__(self):
        self.pairs.check(self.data)


def check(settings):
    """Refuse what the environment, the folder and the files that are named do not go with."""
    role = role_here()
    if role == CHIEF and settings.search.workers > 1:
        raise error(
            "--workers",
            f"{settings.search.workers} in a process that keras-tuner's variables make the chief",
            "one of the two: --workers starts a chief and workers on this machine",
            "Leave --workers out, or unset KERASTUNER_TUNER_ID and the others.",
        )
    if isinstance(settings, TuneForecaster):
        check_files_of_data(settings.data)
    if role == ALONE:
        resumes(settings, RECORD, "search")


def tune(settings):
    """Search, save the best model, and say what to do next.

    Returns:
        int, the exit status: not 0 if a worker failed.

    Raises:
        KeyboardInterrupt: if the user interrupted it; the same command with --resume goes on.
    """
    require_keras_tuner("search")
    from st_keras.cli.run_record import FINISHED
    from st_keras.cli.tune.quiet import quiet
    from st_keras.cli.tune.search import make_oracle
    from st_keras.cli.tune.search_folder import open_search_folder
    from st_keras.cli.tune.search_results import SearchResults
    from st_keras.cli.tune.search_space import objective_of, prepare_search
    from st_keras.cli.tune.trial_table import line_of

    leave_gpus_to_trials()
    source, hyper_model = prepare_search(settings)
    search, objective = settings.search, objective_of(settings.search)
    if role_here() == WORKER:
        # It runs trials for the chief, which prints and writes the results.
        with quiet():
            _tuner(settings, make_oracle(search, objective, listener=None), hyper_model).search()
        return 0
    folder, record = open_search_folder(settings, source)
    hyperband = search.tuner == "hyperband"
    results = SearchResults(folder, record, objective, keep_models=hyperband)
    oracle = make_oracle(search, objective, results)
    print(source.description)
    try:
        with quiet():
            status = _search(settings, oracle, hyper_model)
    except KeyboardInterrupt:
        results.interrupt(oracle)
        print(f"\nThe same command with --resume goes on. Trials so far: {folder / 'trials.csv'}")
        raise
    best = results.finish(oracle)
    if record["status"] != FINISHED:
        print("Some trials were not completed. The same command with --resume goes on.")
    elif len(oracle.trials) < search.trials:
        print(
            f"The tuner found no more than {len(oracle.trials)} different trials in these ranges."
        )
    print(f"\nBest: trial {best['trial']}: {line_of(best['values'])}")
    print(f"\nWritten:\n{folder.report()}")
    print(settings.next_line(folder / "best" / "model.keras"))
    return status


def _search(settings, oracle, hyper_model):
    from st_keras.cli.tune.local_search import search_with_workers

    workers = settings.search.workers
    if workers > 1:
        return search_with_workers(
            lambda: _tuner(settings, oracle, hyper_model), settings.command_line(), workers
        )
    _tuner(settings, oracle, hyper_model).search()
    return 0


def _tuner(settings, oracle, hyper_model):
    from st_keras.cli.tune.search import make_tuner

    return make_tuner(oracle, hyper_model, settings.command_line(), settings.out)


@functools.cache
def _of_family(family):
    if family.ranges is None:
        return None
    return with_parts(TuneForecaster, family.tune, ranges=family.ranges)


COMMAND = Command(
    name="tune",
    text="Search for good settings with keras-tuner, each trial in a process of its own.",
    settings={"slowvae": TuneSlowVAE},
    of_family=_of_family,
    check=check,
    work=tune,
)
