"""`st-keras evaluate` of a `Forecaster` under a protocol of frames."""

from st_keras.cli.evaluate.beside import load_beside
from st_keras.cli.evaluate.fitted_baselines import fit_baselines
from st_keras.cli.evaluate.frame_verification import (
    DEFAULT_BASELINES,
    check_protocol,
    make_baselines,
    verify_frames,
)
from st_keras.cli.model_file import trained_smaller
from st_keras.metrics.video import FRAME_PROTOCOLS


def score_frames(settings, model, source, name, sizes, folder):
    """Score a model and baselines, and write what comes of it.

    Args:
        settings: what `evaluate` was told.
        model: `Forecaster`.
        source: source of data.
        name: str, a key of `FRAME_PROTOCOLS`.
        sizes: `(sequences, horizon, batch_size)`.
        folder: `RunFolder`, not created yet.
    """
    asked, protocol = settings.forecasts, FRAME_PROTOCOLS[name]
    check_protocol(protocol, source, asked.lpips_weights)
    baselines = make_baselines(asked.baselines or DEFAULT_BASELINES)
    models = load_beside(asked.beside or (), model, source, settings.data)
    print(source.description)
    fit_baselines(baselines, source)
    folder.create()
    told = (asked.lpips_weights, trained_smaller(settings.model_file))
    found = verify_frames(models, source, protocol, baselines, *sizes, folder, *told)
    if settings.report:
        from st_keras.cli.report.forecasts import report_forecasts

        report_forecasts(settings, model, found, folder)
    print(f"\nWritten:\n{folder.report()}")
