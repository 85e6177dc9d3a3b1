"""`st-keras evaluate run/model.keras --data ... --out run/evaluation`."""

from st_keras.cli.array_reading import windows_of
from st_keras.cli.data_source import open_test_data
from st_keras.cli.evaluate_flags import FORECASTER_FLAGS, SLOWVAE_FLAGS, given
from st_keras.cli.evaluation import check_scorable, evaluate
from st_keras.cli.model_file import check_frames_fit, load_trained, run_record
from st_keras.cli.run_folder import RunFolder
from st_keras.cli.slowvae import evaluate as slowvae
from st_keras.models import SlowVAE
from st_keras.training import Forecaster
from st_keras.validation import error

DEFAULT_HORIZON = 10  # of a model without a run record
DEFAULT_SEQUENCES = 64
DEFAULT_BATCH_SIZE = 8


def run(options):
    """Score the model: forecasts of frames it was not trained on, or codes."""
    model = load_trained(options.model_file, (Forecaster, SlowVAE))
    if isinstance(model, SlowVAE):
        _refuse(options, FORECASTER_FLAGS, "SlowVAE", "forecasters")
        options.data = options.data or "sprites"
        slowvae.run(options, model)
    else:
        _refuse(options, SLOWVAE_FLAGS, "Forecaster", "SlowVAE")
        options.data = options.data or "digits"
        _score_forecasts(options, model)


def _score_forecasts(options, model):
    folder = RunFolder(options.out)
    record = run_record(options.model_file) or {}
    horizon = options.horizon or int(record.get("options", {}).get("horizon", DEFAULT_HORIZON))
    windows = windows_of(options, model.context_length, horizon)
    source = open_test_data(options.data, windows, record, model.network.patch_size)
    check_frames_fit(model, source.image_shape)
    check_scorable(source.image_shape)
    print(source.description)
    sequences = source.test_sequences(options.sequences or DEFAULT_SEQUENCES)
    batch_size = options.batch_size or DEFAULT_BATCH_SIZE
    evaluate(model, source, sequences, horizon, batch_size, folder.create())
    print(f"\nWritten:\n{folder.report()}")


def _refuse(options, flags, model, others):
    names = ", ".join(given(options, flags))
    if names:
        raise error(
            "st-keras evaluate",
            f"{names} for a file that holds a {model}",
            f"flags of that model; {names} belongs to {others}",
            f"Leave {names} out.",
        )
