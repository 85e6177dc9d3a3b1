"""`st-keras doctor`: what this machine can do, and the batch that fits into its memory."""

import functools
import json
import pathlib
import sys
from dataclasses import dataclass

from st_keras.choices import REMATS
from st_keras.cli.command import Command, CommandSettings
from st_keras.cli.model_path import check_model_path
from st_keras.cli.run_settings import precision
from st_keras.cli.slowvae.settings import DEFAULT_PAIRS
from st_keras.models.family_settings import NetworkSettings, RecipeSettings
from st_keras.models.slowvae.family import SlowVAESettings
from st_keras.settings import value_types as types
from st_keras.settings.setting import given, part, setting, switch, with_parts
from st_keras.validation import error

MACHINE = "machine"
DEFAULT_FRAMES = 20


def _batch_size(default):
    # Both names: that of `train`, and a short one to try many with.
    return setting(types.whole(1), None, f"default: {default}", also=("--batch",), metavar="N")


def _frames(default):
    text = f"context and horizon together (default: {default})"
    return setting(types.whole(2), None, text, metavar="T")


def _image_shape(default):
    text = f"of the frames (default: {default})"
    return setting(types.image_shape, None, text, metavar="H,W,C")


@dataclass(frozen=True, kw_only=True)
class Doctor(CommandSettings):
    """What `doctor` is told of its output."""

    json: bool = switch("print JSON, no tables")
    verify: bool = switch("run the batch too, and print predicted beside measured memory")


@dataclass(frozen=True, kw_only=True)
class SavedStep:
    """A saved model, and a training step of it."""

    model_file: pathlib.Path | None = setting(
        types.path,
        None,
        "predict the memory of training it further; or a preset, by its folder or name",
        flag="--model",
        metavar="MODEL.keras",
    )
    batch_size: int | None = _batch_size("as trained")
    frames: int | None = _frames("as trained")
    image_shape: tuple | None = _image_shape("as trained")
    precision: str | None = precision(None, "default: as saved")
    remat: str | None = setting(choices=REMATS, default=None, help="compute activations again")


@dataclass(frozen=True, kw_only=True)
class DoctorMachine(Doctor):
    """The machine alone, or with --model MODEL.keras a saved model too (the default)."""

    saved: SavedStep = part("a saved model")

    def __post_init__(self):
        passed = given(self.saved) + ["--verify"] * self.verify
        if self.saved.model_file is None and passed:
            raise error(
                "st-keras doctor",
                f"{passed[0]} without a model",
                "--model MODEL.keras, or the name of a network and its flags as for train",
                "Write for example: st-keras doctor predrnn --filters 64,64 --batch-size 8.",
            )


@dataclass(frozen=True, kw_only=True)
class PairStep:
    """A training step of a SlowVAE."""

    batch_size: int | None = _batch_size(f"{DEFAULT_PAIRS} pairs")
    image_shape: tuple | None = _image_shape("64,64,1")
    precision: str = precision()


@dataclass(frozen=True, kw_only=True)
class SequenceStep(PairStep):
    """A training step of a network that forecasts."""

    batch_size: int | None = _batch_size("as the recipe")
    frames: int | None = _frames(DEFAULT_FRAMES)


@dataclass(frozen=True, kw_only=True)
class DoctorForecaster(Doctor):
    """A network with the flags of train."""

    step: SequenceStep = part("training step")
    network: NetworkSettings = part("network")
    recipe: RecipeSettings = part("how it is trained (defaults: as the recipe)")

    def __post_init__(self):
        self.recipe.check(self.network)


@dataclass(frozen=True, kw_only=True)
class DoctorSlowVAE(Doctor):
    """A SlowVAE with the flags of train."""

    step: PairStep = part("training step")
    slowvae: SlowVAESettings = part("model")


def check(settings):
    """Refuse a saved model that is not there."""
    if isinstance(settings, DoctorMachine) and settings.saved.model_file:
        check_model_path(settings.saved.model_file)


def examine(settings):
    """Look at the machine; with a model, measure and predict the memory of its training step.

    Tables, or one JSON object, go to standard output, progress to standard error.

    Raises:
        ValueError: if the model cannot be made, or a measurement fails.
    """
    from st_keras.cli.doctor.asked_step import request_of
    from st_keras.cli.doctor.convolution_rates import convolution_rates
    from st_keras.cli.doctor.machine import describe_machine
    from st_keras.cli.doctor.prediction import alternatives, predict, verify
    from st_keras.cli.doctor.report import machine_lines, precision_lines, prediction_lines

    request = request_of(settings)  # before anything is measured: it may be refused
    machine = describe_machine()
    _show(settings, machine_lines(machine))
    on_gpu = machine["gpus_of_tensorflow"] > 0
    dtypes = ("float32", "bfloat16", "float16") if on_gpu else ("float32", "bfloat16")
    rates = convolution_rates(dtypes)
    _show(settings, precision_lines(rates))
    found = {"machine": machine, "convolution": rates}
    if request is not None:
        available = _memory_for_training(machine, on_gpu)
        step = predict(request, available, _tell)
        if settings.verify:
            verify(request, step, _tell)
        if step["fits"] is False:
            step["alternatives"] = alternatives(request, available, _tell)
        _show(settings, prediction_lines(step))
        found["training_step"] = step
    if settings.json:
        print(json.dumps(found, indent=2))


def _memory_for_training(machine, on_gpu):
    """Bytes: of the first GPU, which trains, or of the machine."""
    if on_gpu:
        return machine["gpus"][0]["free_bytes"] if machine["gpus"] else None
    return machine["memory"]["available_bytes"]


def _tell(line):
    print(f"{line} ...", file=sys.stderr, flush=True)


def _show(settings, lines):
    if not settings.json:
        print("\n".join(lines), flush=True)


@functools.cache
def _of_family(family):
    text = f"A {family.model.rpartition(':')[2]} with the flags of train."
    return with_parts(DoctorForecaster, text, network=family.network, recipe=family.recipe)


COMMAND = Command(
    name="doctor",
    text="Look at this machine; predict the memory of a training step, and the largest batch.",
    settings={MACHINE: DoctorMachine, "slowvae": DoctorSlowVAE},
    of_family=_of_family,
    default_model=MACHINE,
    check=check,
    work=examine,
)
