"""`st-keras export run/model.keras --out nowcast/1`."""

from st_keras.cli.model_file import load_trained
from st_keras.cli.run_folder import check_writable
from st_keras.export import export_saved_model


def run(options):
    """Write the SavedModel and say how to ask it."""
    check_writable(options.out)
    model = load_trained(options.model_file)
    path = export_saved_model(model, options.out)
    print(f"SavedModel with signature 'forecast' (context, horizon) -> forecast: {path}")
