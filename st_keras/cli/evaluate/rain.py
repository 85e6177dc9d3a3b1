"""`st-keras evaluate` under a protocol of rain: of a `Forecaster`, and of a `Nowcaster`."""

from st_keras.cli.data_source import open_test_data
from st_keras.cli.evaluate.beside import forecasts_of_models, load_beside, with_models
from st_keras.cli.evaluate.fitted_baselines import fit_baselines
from st_keras.cli.evaluate.score_files import write_scores_table
from st_keras.cli.frame_data import Windows, check_archive
from st_keras.cli.model_file import check_frames_fit, run_record, trained_smaller
from st_keras.cli.nowcast.rain_input import check_rain, rain_defaults
from st_keras.cli.nowcast.verification import NowcastVerification
from st_keras.cli.rain_verification import (
    DEFAULT_BASELINES,
    check_protocol,
    make_baselines,
    protocol_as_trained,
    verify,
)
from st_keras.cli.run_folder import RunFolder
from st_keras.metrics.radar.protocols import PROTOCOLS
from st_keras.validation import error

DEFAULT_BATCH_SIZE = 8


def verify_rain(settings, model, record, folder):
    """Verify the rain that a `Forecaster` forecasts.

    Args:
        settings: what `evaluate` was told.
        model: `Forecaster`.
        record: dict, the record of its run; empty if there is none.
        folder: `RunFolder`, not created yet.
    """
    asked, protocol = settings.forecasts, PROTOCOLS[settings.protocol]
    baselines = make_baselines(asked.baselines or DEFAULT_BASELINES, protocol.units)
    source = open_test_data(settings.data, _windows(model, protocol, asked), record, model)
    check_frames_fit(model, source.image_shape)
    check_protocol(protocol.name, model, source)
    models = load_beside(asked.beside or (), model, source, settings.data)
    print(source.description)
    batch_size = asked.batch_size or DEFAULT_BATCH_SIZE

    def forecasts_of(sequences):
        return forecasts_of_models(models, sequences, protocol.horizon, batch_size)

    fit_baselines(baselines, source)
    folder.create()
    found = verify(
        list(models),
        forecasts_of,
        source,
        protocol,
        baselines,
        asked.sequences,
        batch_size,
        folder,
        remark=trained_smaller(settings.model_file),
    )
    _report(settings, model, found, folder)


def verify_nowcast(settings, model):
    """Verify a `Nowcaster`: its field beside baselines, and its probabilities.

    Args:
        settings: what `evaluate` was told.
        model: `Nowcaster`.
    """
    folder, asked = RunFolder(settings.out), settings.forecasts
    if settings.data is None:
        raise error(
            "--data", "no archive", "an archive of rain, to verify a Nowcaster on", "Pass --data."
        )
    check_archive(settings.data)
    for flag, value in (
        ("--scores", asked.scores),
        ("--thresholds", asked.thresholds),
        ("--lpips-weights", asked.lpips_weights),
    ):
        if value is not None:
            raise error(
                flag,
                f"{flag} with a Nowcaster",
                "the scores of rain, which no flag names",
                f"Leave {flag} out.",
            )
    protocol = PROTOCOLS.get(settings.protocol) or protocol_as_trained(
        model, asked.horizon, asked.stride
    )
    baselines = make_baselines(asked.baselines or DEFAULT_BASELINES, protocol.units)
    record, windows = run_record(settings.model_file) or {}, _windows(model, protocol, asked)
    source = open_test_data(settings.data, windows, record, of_rain=rain_defaults())
    check_rain("--data", source.image_shape, source.units)
    if settings.protocol:
        check_protocol(protocol.name, model, source)
    models = load_beside(asked.beside or (), model, source, settings.data)
    print(source.description)
    batch_size = asked.batch_size or DEFAULT_BATCH_SIZE
    told = NowcastVerification(model, protocol, batch_size)
    others = dict(list(models.items())[1:])
    forecasts_of, again = (
        with_models(function, others, protocol.horizon, batch_size)
        for function in (told.forecasts_of, told.fields_of)
    )
    fit_baselines(baselines, source)
    folder.create()
    found = verify(
        [*told.names, *others],
        forecasts_of,
        source,
        protocol,
        baselines,
        asked.sequences,
        batch_size,
        folder,
        again,
    )
    told.write(folder)
    _report(settings, model, found, folder)


def _windows(model, protocol, asked):
    return Windows(
        context_length=model.context_length,
        horizon=protocol.horizon,
        stride=protocol.stride,
        reading=asked.reading,
    )


def _report(settings, model, found, folder):
    if settings.report:
        from st_keras.cli.report.forecasts import report_forecasts

        write_scores_table(folder, found.comparison)
        report_forecasts(settings, model, found, folder)
    print(f"\nWritten:\n{folder.report()}")
