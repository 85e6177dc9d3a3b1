"""`st-keras evaluate run/model.keras --data ... --out run/evaluation`."""

from st_keras.cli.data_source import open_data
from st_keras.cli.evaluation import evaluate
from st_keras.cli.model_file import check_frames_fit, load_forecaster
from st_keras.cli.run_folder import RunFolder


def run(options):
    """Score the model on the test part of the data."""
    model = load_forecaster(options.model_file)
    source = open_data(
        options.data,
        model.context_length,
        options.horizon,
        options.stride,
        seed=0,
        patch_size=model.network.patch_size,
    )
    check_frames_fit(model, source.image_shape)
    folder = RunFolder(options.out)
    sequences = source.test_sequences(options.sequences)
    evaluate(model, source, sequences, options.horizon, options.batch_size, folder)
    print(f"\nWritten:\n{folder.report()}")
