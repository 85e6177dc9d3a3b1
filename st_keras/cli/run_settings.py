"""Settings of a run: where it goes, how long it trains, on which devices."""

import pathlib
import shlex
from dataclasses import dataclass

from st_keras.choices import PRECISIONS, STRATEGIES
from st_keras.cli.command import CommandSettings
from st_keras.settings import value_types as types
from st_keras.settings.setting import setting, switch, values_of

RESUME_EVERY = 100
LARGEST_SEED = 2**32 - 1


def precision(default="float32", help=None):
    """Return the field of a dtype policy."""
    return setting(default=default, choices=PRECISIONS, help=help)


def seed(default=0, help="default: 0"):
    """Return the field of a seed."""
    return setting(types.whole(0, LARGEST_SEED), default, help)


def max_minutes():
    """Return the field of what ends training early."""
    return setting(types.number(0.01), None, "stop training after so long")


@dataclass(frozen=True, kw_only=True)
class Fit:
    """How long and in what precision a forecaster is trained."""

    steps: int | None = setting(types.whole(1), None, "batches (default: as the recipe)")
    batch_size: int | None = setting(
        types.whole(1), None, "default: as the recipe", also=("--batch",)
    )
    seed: int = seed()
    precision: str = precision()
    max_minutes: float | None = max_minutes()


@dataclass(frozen=True, kw_only=True)
class Devices:
    """On which devices to train, and how often to save training state: numbers stay the same."""

    strategy: str = setting(
        choices=STRATEGIES,
        default="auto",
        help="auto (default): the workers of TF_CONFIG, else all GPUs, else one device. The batch "
        "size is that of all together",
    )
    resume_every: int = setting(
        types.whole(1),
        RESUME_EVERY,
        f"write the state that --resume goes on from (default: {RESUME_EVERY})",
        metavar="BATCHES",
    )
    tensorboard: bool = switch(
        "write curves, and forecasts of validation sequences, to tensorboard/ in --out"
    )


@dataclass(frozen=True, kw_only=True)
class TrainingDevices(Devices):
    """The same of a run that is not replayed."""

    deterministic: bool = switch(
        "the same bits in every run, resumed or repeated ones too, on the same machine; slower on "
        "GPUs"
    )


@dataclass(frozen=True, kw_only=True)
class ResumableSettings(CommandSettings):
    """What goes on where it was killed."""

    out: pathlib.Path = setting(types.path, help="new folder for the run")
    resume: bool = switch(
        "go on with the run in --out if there is one, else start: one command for every start"
    )

    def next_line(self, model):
        """Return what to do next with a model that was trained."""
        horizon = values_of(self).get("horizon")
        flags = f"--data {shlex.quote(self.data)}" + (f" --horizon {horizon}" if horizon else "")
        return f"Next: st-keras evaluate {model} {flags} --out {self.out / 'evaluation'}"
