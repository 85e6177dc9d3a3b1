"""`st-keras evaluate run/model.keras --data ... --out run/evaluation`."""

from st_keras.cli.data_source import Windows, open_test_data
from st_keras.cli.evaluation import check_scorable, evaluate
from st_keras.cli.model_file import check_frames_fit, load_forecaster, run_record
from st_keras.cli.run_folder import RunFolder

DEFAULT_HORIZON = 10  # of a model without a run record


def run(options):
    """Score the model on frames it was not trained on."""
    folder = RunFolder(options.out)
    model = load_forecaster(options.model_file)
    record = run_record(options.model_file) or {}
    horizon = options.horizon or int(record.get("options", {}).get("horizon", DEFAULT_HORIZON))
    windows = Windows(model.context_length, horizon, options.stride, options.axes)
    source = open_test_data(options.data, windows, record, model.network.patch_size)
    check_frames_fit(model, source.image_shape)
    check_scorable(source.image_shape)
    print(source.description)
    sequences = source.test_sequences(options.sequences)
    evaluate(model, source, sequences, horizon, options.batch_size, folder.create())
    print(f"\nWritten:\n{folder.report()}")
