"""`st-keras preset run/model.keras --out saved_models/nowcast`."""

from st_keras.cli.model_file import load_trained, run_record
from st_keras.cli.preset_manifest import check_manifest, write_manifest
from st_keras.cli.run_folder import check_writable
from st_keras.files.json_file import read_json
from st_keras.models import SlowVAE
from st_keras.models.preset_folder import read_metadata
from st_keras.training import Forecaster

KEPT = ("command", "data", "recipe", "seeds", "steps", "versions", "git", "status", "options")


def run(options):
    """Write the folder with what is known of the run, and say how to load it."""
    check_writable(options.out)
    if options.manifest:
        check_manifest(options.out.parent)
    model = load_trained(options.model_file, (Forecaster, SlowVAE))
    record = run_record(options.model_file) or {}
    provenance = {
        "run": {name: record[name] for name in KEPT if name in record},
        "scores": _scores(options),
    }
    folder = model.save_to_preset(options.out, options.weights_dtype, provenance)
    metadata = read_metadata("st-keras preset", folder)
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{metadata['network']}, {metadata['parameters']:,} parameters, {size / 1e6:.2f} MB")
    if not provenance["scores"]:
        print("no scores: --scores takes the scores.json of st-keras evaluate")
    if options.manifest:
        print(f"manifest: {write_manifest(folder.parent)}")
    print(f'preset: {folder}\nnext:  {metadata["model"]}.from_preset("{folder}")')


def _scores(options):
    """Return what `evaluate` wrote to the file the user names."""
    if options.scores is None:
        return {}
    return read_json("--scores", options.scores, "the scores.json that st-keras evaluate wrote")
