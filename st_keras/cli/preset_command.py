"""`st-keras preset run/model.keras --out saved_models/nowcast`."""

import pathlib
from dataclasses import dataclass

from st_keras.choices import WEIGHTS_DTYPES
from st_keras.cli.command import Command, CommandSettings
from st_keras.cli.model_path import check_model_path, model_path
from st_keras.cli.run_folder import check_writable
from st_keras.files.json_file import read_json
from st_keras.settings import value_types as types
from st_keras.settings.setting import setting, switch

KEPT = ("command", "data", "recipe", "seeds", "steps", "versions", "git", "status", "options")


@dataclass(frozen=True, kw_only=True)
class Preset(CommandSettings):
    """Save a trained model as a folder of small files: config, weights, where it comes from."""

    model_file: pathlib.Path = model_path()
    out: pathlib.Path = setting(types.path, help="new folder")
    weights_dtype: str = setting(choices=WEIGHTS_DTYPES, default="float32", help="default: float32")
    scores: pathlib.Path | None = setting(types.path, None, "scores.json to be kept with it")
    manifest: bool = switch("list it in manifest.json beside the folder")


def check(settings):
    """Refuse a model that is not there, scores that cannot be read, a place nobody can write to."""
    check_writable(settings.out)
    check_model_path(settings.model_file)
    _scores(settings)


def preset(settings):
    """Write the folder with what is known of the run, and say how to load it."""
    from st_keras.cli.model_file import load_trained, run_record
    from st_keras.cli.preset_manifest import check_manifest, write_manifest
    from st_keras.models import Nowcaster, SlowVAE
    from st_keras.models.preset_folder import read_metadata
    from st_keras.training import Forecaster

    if settings.manifest:
        check_manifest(settings.out.parent)
    model = load_trained(settings.model_file, (Forecaster, Nowcaster, SlowVAE))
    record = run_record(settings.model_file) or {}
    provenance = {
        "run": {name: record[name] for name in KEPT if name in record},
        "scores": _scores(settings),
    }
    folder = model.save_to_preset(settings.out, settings.weights_dtype, provenance)
    metadata = read_metadata("st-keras preset", folder)
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{metadata['network']}, {metadata['parameters']:,} parameters, {size / 1e6:.2f} MB")
    if not provenance["scores"]:
        print("no scores: --scores takes the scores.json of st-keras evaluate")
    if settings.manifest:
        print(f"manifest: {write_manifest(folder.parent)}")
    print(f'preset: {folder}\nnext:  {metadata["model"]}.from_preset("{folder}")')


def _scores(settings):
    """Return what `evaluate` wrote to the file the user names."""
    if settings.scores is None:
        return {}
    return read_json("--scores", settings.scores, "the scores.json that st-keras evaluate wrote")


COMMAND = Command(name="preset", settings=Preset, check=check, work=preset)
