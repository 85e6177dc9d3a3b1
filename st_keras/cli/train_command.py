"""`st-keras train MODEL --data ... --out run/`, on one worker or several, anew or going on."""

import functools
import os
import pathlib
from dataclasses import dataclass

from st_keras.cli.command import Command
from st_keras.cli.found_run import IS_FINISHED, find_run
from st_keras.cli.frame_data import (
    ARCHIVE_HELP,
    DATA_HELP,
    Windows,
    check_archive,
    check_data,
    check_files_of_data,
)
from st_keras.cli.input_settings import TITLE, Inputs
from st_keras.cli.nowcast.settings import (
    NowcasterSettings,
    NowcastFit,
    NowcastSampling,
    NowcastWindows,
)
from st_keras.cli.rain_settings import TITLE as RAIN_TITLE
from st_keras.cli.rain_settings import Rain
from st_keras.cli.replay import recorded_settings
from st_keras.cli.run_folder import RunFolder
from st_keras.cli.run_settings import (
    Devices,
    Fit,
    ResumableSettings,
    TrainingDevices,
    max_minutes,
)
from st_keras.cli.slowvae.settings import DATA_HELP as PAIRS_HELP
from st_keras.cli.slowvae.settings import LimitedPairFit, Pairs
from st_keras.datasets.array_file import check_array_file
from st_keras.models.family_settings import NetworkSettings, RecipeSettings
from st_keras.models.slowvae.family import SlowVAESettings
from st_keras.settings import value_types as types
from st_keras.settings.setting import part, setting, with_parts

DEVICES = "devices and interruptions"


@dataclass(frozen=True, kw_only=True)
class TrainForecaster(ResumableSettings):
    """Train a network that forecasts."""

    data: str = setting(help=DATA_HELP)
    windows: Windows = part("windows")
    inputs: Inputs = part(TITLE)
    rain: Rain = part(RAIN_TITLE)
    fit: Fit = part("training")
    network: NetworkSettings = part("network")
    recipe: RecipeSettings = part("how it is trained (defaults: as the recipe)")
    devices: TrainingDevices = part(DEVICES)

    def __post_init__(self):
        check_data(self.data, self.windows)
        self.inputs.futures()
        self.rain.check()
        self.recipe.check(self.network)


@dataclass(frozen=True, kw_only=True)
class TrainSlowVAE(ResumableSettings):
    """Train SlowVAE, or a beta-VAE with --gamma 0."""

    data: str = setting(help=PAIRS_HELP)
    pairs: Pairs = part("pairs")
    slowvae: SlowVAESettings = part("model")
    fit: LimitedPairFit = part("training")
    devices: TrainingDevices = part(DEVICES)

    def __post_init__(self):
        self.pairs.check(self.data)


@dataclass(frozen=True, kw_only=True)
class TrainNowcast(ResumableSettings):
    """Train a Nowcaster: probabilities of rain along its motion."""

    data: str = setting(help=f"{ARCHIVE_HELP}, of rain rates in mm/h")
    windows: NowcastWindows = part("windows")
    sampling: NowcastSampling = part("sampling of windows")
    fit: NowcastFit = part("training")
    nowcaster: NowcasterSettings = part("model")
    devices: TrainingDevices = part(DEVICES)

    def __post_init__(self):
        check_archive(self.data)


@dataclass(frozen=True, kw_only=True)
class TrainRecorded(ResumableSettings):
    """What --replay run.json stands for."""

    replay: pathlib.Path = setting(types.path, help="record of the run", metavar="RUN.json")
    max_minutes: float | None = max_minutes()
    devices: Devices = part(DEVICES)


def check(settings):
    """Refuse an `--out` that is taken, a record that cannot be replayed, files that are not there.

    Of several workers the chief alone looks at the folder: it decides for all, once they have met.
    """
    settings, _ = _asked(settings)
    if isinstance(settings, TrainForecaster):
        check_files_of_data(settings.data)
    if isinstance(settings, TrainNowcast):
        check_array_file("--data", settings.data)
    if not os.environ.get("TF_CONFIG"):
        find_run(settings)


def train(settings):
    """Train and save; say what to do next.

    Raises:
        KeyboardInterrupt: if the user interrupted it, when all is written.
    """
    from st_keras.cli.replay import print_notes
    from st_keras.cli.run_files import STATES
    from st_keras.cli.worker_group import join_workers
    from st_keras.cli.worker_loss import told_of_lost_workers

    settings, record = _asked(settings)
    # Before anything asks TensorFlow for devices, which would start it without other workers.
    workers = join_workers(settings.devices.strategy, settings.devices.deterministic)
    if record and workers.is_chief:
        print_notes(record)
    with told_of_lost_workers(workers, settings.out / STATES):
        _train(settings, record, workers)
        # TensorFlow takes a worker that has left for crashed as long as another is still there.
        workers.barrier()


def _asked(settings):
    """Return what is to be trained, and the record that says so, or None."""
    if isinstance(settings, TrainRecorded):
        return recorded_settings(settings)
    return settings, None


def _train(settings, record, workers):
    from st_keras.cli.pacing import prepare_in_time
    from st_keras.cli.run_files import RunFiles
    from st_keras.cli.training import train_and_record

    if workers.decided_by_chief(lambda: find_run(settings)) == IS_FINISHED:
        workers.say(f"The run in {settings.out} is finished: nothing is left to train.")
        return
    # The chief has looked at it; by now another worker may have put its states there.
    folder = RunFolder.going_on(settings.out)
    with workers.strategy.scope():
        model, source, recipe = prepare_in_time(settings, prepare_of(settings), workers)
    workers.check_batch(recipe["batch_size"])
    files = RunFiles(settings, folder, workers, resumable=True, replayed=record)
    uninterrupted = train_and_record(settings.model, model, source, recipe, files)
    workers.say(f"\nWritten:\n{folder.report()}")
    workers.say(settings.next_line(folder / "model.keras"))
    if not uninterrupted:
        raise KeyboardInterrupt


def prepare_of(settings):
    """Return the function that opens the data and builds the model, and refuses all that is wrong.

    Args:
        settings: what is to be trained.

    Returns:
        function of `settings` to `(model, source, recipe)`.
    """
    from st_keras.cli.nowcast.training import prepare_nowcaster
    from st_keras.cli.slowvae.training import prepare_slowvae
    from st_keras.cli.training import prepare_forecaster

    prepare = {TrainSlowVAE: prepare_slowvae, TrainNowcast: prepare_nowcaster}
    return prepare.get(type(settings), prepare_forecaster)


@functools.cache
def _of_family(family):
    parts = {"network": family.network, "recipe": family.recipe}
    return with_parts(TrainForecaster, family.train, **parts)


COMMAND = Command(
    name="train",
    text="Train a model and save it; --replay run.json in place of MODEL repeats a recorded run.",
    settings={"nowcast": TrainNowcast, "slowvae": TrainSlowVAE, "recorded": TrainRecorded},
    of_family=_of_family,
    instead=("--replay", "recorded"),
    check=check,
    work=train,
)
