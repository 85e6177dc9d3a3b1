"""`st-keras demo`: train, score, draw and export a small model within five minutes."""

import dataclasses
import functools
import pathlib
import time
from dataclasses import dataclass

from st_keras.cli.command import Command, CommandSettings
from st_keras.cli.frame_data import DATA_HELP, Windows, check_data, check_files_of_data
from st_keras.cli.input_settings import Inputs
from st_keras.cli.rain_settings import Rain
from st_keras.cli.run_folder import RunFolder
from st_keras.cli.run_settings import Fit, TrainingDevices
from st_keras.cli.slowvae.settings import DATA_HELP as PAIRS_HELP
from st_keras.cli.slowvae.settings import LimitedPairFit, Pairs
from st_keras.cli.train_command import COMMAND as TRAIN
from st_keras.models.family import family
from st_keras.models.family_settings import FITTING
from st_keras.models.slowvae.family import SlowVAESettings
from st_keras.settings import value_types as types
from st_keras.settings.setting import part, setting, with_parts

# Of training; the whole demo stays within five.
MAX_MINUTES, SLOWVAE_MAX_MINUTES = 3.75, 3.5
TEST_SEQUENCES = 64
SLOWVAE_STEPS = 3_000
# Ten times the published rate: minutes instead of days.
SLOWVAE_LEARNING_RATE = 1e-3


@dataclass(frozen=True, kw_only=True)
class Demo(CommandSettings):
    """What every demo is told."""

    out: pathlib.Path | None = setting(types.path, None, "new folder (default: st_keras_demo[-N])")


@dataclass(frozen=True, kw_only=True)
class DemoForecaster(Demo):
    """Train a network that forecasts, on a few of the settings of `train`."""

    data: str = setting(help=DATA_HELP)
    windows: Windows = part("windows")
    fit: Fit = part("training")

    def __post_init__(self):
        check_data(self.data, self.windows)

    def as_training(self, **shared):
        """Return what `train` would be told; all that is not asked for is as the recipe says."""
        of_model = family(self.model)
        return TRAIN.of_family(of_model)(
            **shared,
            windows=self.windows,
            inputs=Inputs(),
            rain=Rain(),
            fit=_limited(self.fit, MAX_MINUTES),
            network=of_model.network(patch_size=FITTING),
            recipe=of_model.recipe(),
        )


@dataclass(frozen=True, kw_only=True)
class DemoFit(LimitedPairFit):
    """How long and on what the SlowVAE of the demo is trained."""

    steps: int = setting(types.whole(1), SLOWVAE_STEPS, f"batches (default: {SLOWVAE_STEPS})")


@dataclass(frozen=True, kw_only=True)
class DemoSlowVAE(Demo):
    """Disentangle moving sprites."""

    data: str = setting(default="sprites", help=PAIRS_HELP)
    pairs: Pairs = part("pairs")
    fit: DemoFit = part("training")

    def __post_init__(self):
        self.pairs.check(self.data)

    def as_training(self, **shared):
        """Return what `train` would be told."""
        slowvae = SlowVAESettings(learning_rate=SLOWVAE_LEARNING_RATE)
        fit = _limited(self.fit, SLOWVAE_MAX_MINUTES)
        return TRAIN.settings["slowvae"](**shared, pairs=self.pairs, slowvae=slowvae, fit=fit)


@dataclass(frozen=True, kw_only=True)
class DemoNowcast(Demo):
    """Forecast the storm that comes with the package, with the model that comes with it."""

    minutes: str = setting(
        choices=("2", "6"),
        default="2",
        help="between two frames: 24 minutes are forecast in steps of 2, or 36 in steps of 6 "
        "(default: 2)",
    )


def _limited(fit, minutes):
    return dataclasses.replace(fit, max_minutes=fit.max_minutes or minutes)


def check(settings):
    """Refuse an `--out` that is taken, and a file of frames that is not there."""
    if isinstance(settings, DemoForecaster):
        check_files_of_data(settings.data)
    if settings.out:
        RunFolder(settings.out)


def demo(settings):
    """Run the whole path once, and say where everything lies.

    Raises:
        KeyboardInterrupt: if the user interrupted the training, when the model is saved.
    """
    from st_keras.cli.evaluation import check_scorable
    from st_keras.cli.nowcast.demo import demonstrate
    from st_keras.cli.pacing import prepare_in_time
    from st_keras.cli.run_files import RunFiles
    from st_keras.cli.slowvae.evaluation import score_and_draw
    from st_keras.cli.slowvae.training import prepare_slowvae
    from st_keras.cli.training import prepare_forecaster, train_and_record
    from st_keras.cli.worker_group import WorkerGroup

    begin = time.monotonic()
    folder = RunFolder(settings.out) if settings.out else RunFolder.next_free("st_keras_demo")
    if isinstance(settings, DemoNowcast):
        demonstrate(int(settings.minutes), folder)
        print(f"\nWritten:\n{folder.report()}\n\nDone in {time.monotonic() - begin:.0f} seconds.")
        return
    asked = settings.as_training(
        command=settings.command,
        model=settings.model,
        typed=settings.typed,
        data=settings.data,
        out=folder.path,
        devices=TrainingDevices(),
    )
    of_pairs = isinstance(settings, DemoSlowVAE)

    def prepare(settings):
        found = (prepare_slowvae if of_pairs else prepare_forecaster)(settings)
        if not of_pairs:
            check_scorable(found[1])
        return found

    model, source, recipe = prepare_in_time(asked, prepare, WorkerGroup())
    files = RunFiles(asked, folder)
    finished = train_and_record(settings.model, model, source, recipe, files)
    if finished and of_pairs:
        score_and_draw(model, source.source, "quick", settings.fit.seed, folder)
    elif finished:
        _export_and_score(model, source, settings.windows.horizon, recipe["batch_size"], folder)
    print(f"\nWritten:\n{folder.report()}")
    if not finished:
        raise KeyboardInterrupt
    print(f"\nDone in {(time.monotonic() - begin) / 60:.1f} minutes.")


def _export_and_score(model, source, horizon, batch_size, folder):
    from st_keras.cli.evaluation import evaluate
    from st_keras.export import export_saved_model

    folder.note("SavedModel", export_saved_model(model, folder / "saved_model" / "1"))
    sequences = source.test_sequences(TEST_SEQUENCES)
    evaluate(model, source, sequences, horizon, batch_size, folder)


@functools.cache
def _of_family(family):
    if family.demo is None:
        return None
    text, data = family.demo
    return with_parts(DemoForecaster, text, data=setting(default=data, help=DATA_HELP))


COMMAND = Command(
    name="demo",
    text="Train a small model within five minutes, or take a trained one; score it, draw it.",
    settings={"nowcast": DemoNowcast, "slowvae": DemoSlowVAE},
    of_family=_of_family,
    default_model="predrnn",
    check=check,
    work=demo,
)
