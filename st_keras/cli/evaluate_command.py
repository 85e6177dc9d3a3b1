"""`st-keras evaluate run/model.keras --data ... --out run/evaluation`."""

import pathlib
from dataclasses import dataclass

from st_keras.baselines.by_name import baseline_names
from st_keras.choices import CODE_PROTOCOLS
from st_keras.cli.command import Command, CommandSettings
from st_keras.cli.frame_data import DATA_HELP, ReadingAsTrained, Windows, check_archive
from st_keras.cli.model_path import check_model_path, model_path
from st_keras.cli.run_folder import RunFolder
from st_keras.cli.run_settings import seed
from st_keras.cli.slowvae.settings import DATA_HELP as PAIRS_HELP
from st_keras.cli.slowvae.settings import Pairs
from st_keras.metrics.radar.protocols import PROTOCOLS
from st_keras.metrics.scores_by_name import DEFAULT_SCORES, score_names
from st_keras.settings import value_types as types
from st_keras.settings.setting import flag_of, given, part, setting
from st_keras.validation import error

DEFAULT_HORIZON = 10  # of a model without a run record
DEFAULT_SEQUENCES = 64
DEFAULT_BATCH_SIZE = 8


@dataclass(frozen=True, kw_only=True)
class Forecasts:
    """What is forecast, of a model that forecasts."""

    horizon: int | None = setting(types.whole(1), None, "frames (default: as trained)")
    stride: int | None = setting(types.whole(1), None, "frames between windows (default: 1)")
    reading: ReadingAsTrained = part()
    sequences: int | None = setting(types.whole(1), None, "test sequences (default: 64)")
    batch_size: int | None = setting(types.whole(1), None, "sequences at once (default: 8)")
    baselines: tuple | None = setting(
        types.names_among(baseline_names()),
        None,
        f"of rain, out of {', '.join(baseline_names())} (default: persistence)",
    )
    scores: tuple | None = setting(
        types.names_among(score_names()),
        None,
        f"out of {', '.join(score_names())} (default: {','.join(DEFAULT_SCORES)})",
    )

    thresholds: tuple | None = setting(
        types.reals,
        None,
        metavar="NUMBERS",
        help="in the units of the data, of --scores that have them, such as csi (default: theirs, "
        "in mm/h)",
    )

    def check(self, protocol, data):
        """Refuse what a protocol of rain decides."""
        if protocol is None:
            return
        decided = {
            "horizon": self.horizon,
            "stride": self.stride,
            "scores": self.scores,
            "thresholds": self.thresholds,
        }
        said = [flag_of(name) for name, value in decided.items() if value is not None]
        if said or data is None:
            raise error(
                "--protocol",
                f"{protocol} with {said[0]}" if said else f"{protocol} without --data",
                "an archive of rain, and no flags for what the protocol says",
                f"Leave {said[0]} out." if said else "Pass --data.",
            )


@dataclass(frozen=True, kw_only=True)
class Codes:
    """What is encoded, of a SlowVAE."""

    pairs: Pairs = part()
    seed: int | None = seed(None, "of the images (default: 0)")


@dataclass(frozen=True, kw_only=True)
class Evaluate(CommandSettings):
    """Score a trained model: forecasts beside persistence, rain beside baselines, or codes."""

    model_file: pathlib.Path = model_path()
    data: str | None = setting(
        default=None,
        help=f"of a forecaster: {DATA_HELP}. Of a Nowcaster: frames of rain. Of a SlowVAE: "
        f"{PAIRS_HELP}",
    )
    out: pathlib.Path = setting(types.path, help="new folder for the scores")
    protocol: str | None = setting(
        choices=(*PROTOCOLS, *CODE_PROTOCOLS),
        default=None,
        help="of a Nowcaster, or a forecaster of rain: verify it by events, with intervals and "
        "skill against baselines; of a SlowVAE: how many samples its scores take (default: quick)",
    )
    forecasts: Forecasts = part("forecasters")
    codes: Codes = part("SlowVAE")

    def __post_init__(self):
        of_forecasters, of_slowvae = given(self.forecasts), given(self.codes)
        of_rain = self.protocol in PROTOCOLS
        self.forecasts.check(self.protocol if of_rain else None, self.data)
        if (of_rain and of_slowvae) or (of_forecasters and self.protocol in CODE_PROTOCOLS):
            others = ", ".join(of_slowvae or of_forecasters)
            raise error(
                "--protocol",
                f"{self.protocol} with {others}",
                "a protocol and flags of the model that the file holds",
                "Leave those of the other out.",
            )
        if of_forecasters and of_slowvae:
            raise error(
                "st-keras evaluate",
                f"{', '.join(of_forecasters)} of forecasters with {', '.join(of_slowvae)} of "
                "SlowVAE",
                "flags of the model that the file holds",
                "Leave those of the other out.",
            )


def check(settings):
    """Refuse a model that is not there, and an `--out` that is taken."""
    check_model_path(settings.model_file)
    RunFolder(settings.out)


def evaluate(settings):
    """Score the model: forecasts of frames it was not trained on, or codes."""
    from st_keras.cli.model_file import load_trained
    from st_keras.models import Nowcaster, SlowVAE
    from st_keras.training import Forecaster

    model = load_trained(settings.model_file, (Forecaster, Nowcaster, SlowVAE))
    if isinstance(model, Nowcaster):
        check_flags_of("Nowcaster", settings)
        _verify_nowcast(settings, model)
    elif isinstance(model, SlowVAE):
        check_flags_of("SlowVAE", settings)
        _score_codes(settings, model)
    else:
        check_flags_of("Forecaster", settings)
        _score_forecasts(settings, model)


def check_flags_of(kind, settings):
    """Refuse flags that a kind of model does not have.

    Args:
        kind: "Forecaster", "Nowcaster" or "SlowVAE".
        settings: what `evaluate` was told.
    """
    if kind == "SlowVAE":
        _refuse(settings.forecasts, kind, "forecasters")
        _refuse_protocol(settings.protocol, PROTOCOLS, kind, CODE_PROTOCOLS)
    else:
        _refuse(settings.codes, kind, "SlowVAE")
        _refuse_protocol(settings.protocol, CODE_PROTOCOLS, kind, PROTOCOLS)


def _score_forecasts(settings, model):
    from st_keras.cli.data_source import open_test_data
    from st_keras.cli.evaluation import check_scorable, evaluate
    from st_keras.cli.model_file import check_frames_fit, run_record

    folder, asked = RunFolder(settings.out), settings.forecasts
    record = run_record(settings.model_file) or {}
    protocol = PROTOCOLS.get(settings.protocol)
    if protocol is not None:
        _verify_rain(settings, model, record, protocol, folder)
        return
    if asked.baselines is not None:
        raise error(
            "--baselines",
            f"{','.join(asked.baselines)} without --protocol",
            f"a protocol, out of {', '.join(PROTOCOLS)}",
            "Pass it too; without one a Forecaster is scored beside persistence.",
        )
    horizon = asked.horizon or int(record.get("options", {}).get("horizon", DEFAULT_HORIZON))
    windows = Windows(
        context_length=model.context_length,
        horizon=horizon,
        stride=asked.stride,
        reading=asked.reading,
    )
    data = settings.data or "digits"
    source = open_test_data(data, windows, record, model)
    check_frames_fit(model, source.image_shape)
    scores = asked.scores or DEFAULT_SCORES
    check_scorable(source, scores, asked.thresholds)
    print(source.description)
    sequences = source.test_sequences(asked.sequences or DEFAULT_SEQUENCES)
    batch_size = asked.batch_size or DEFAULT_BATCH_SIZE
    folder.create()
    evaluate(model, source, sequences, horizon, batch_size, folder, scores, asked.thresholds)
    print(f"\nWritten:\n{folder.report()}")


def _verify_rain(settings, model, record, protocol, folder):
    from st_keras.cli.data_source import open_test_data
    from st_keras.cli.model_file import check_frames_fit
    from st_keras.cli.rain_verification import (
        DEFAULT_BASELINES,
        check_protocol,
        forecaster_methods,
        make_baselines,
        verify,
    )

    asked = settings.forecasts
    baselines = make_baselines(asked.baselines or DEFAULT_BASELINES, protocol.units)
    windows = Windows(
        context_length=model.context_length,
        horizon=protocol.horizon,
        stride=protocol.stride,
        reading=asked.reading,
    )
    source = open_test_data(settings.data, windows, record, model)
    check_frames_fit(model, source.image_shape)
    check_protocol(protocol.name, model, source)
    print(source.description)
    batch_size = asked.batch_size or DEFAULT_BATCH_SIZE
    methods = forecaster_methods(model, protocol, batch_size)
    verify(*methods, source, protocol, baselines, asked.sequences, batch_size, folder.create())
    print(f"\nWritten:\n{folder.report()}")


def _verify_nowcast(settings, model):
    from st_keras.cli.data_source import open_test_data
    from st_keras.cli.model_file import run_record
    from st_keras.cli.nowcast.rain_input import check_rain, rain_defaults
    from st_keras.cli.nowcast.verification import NowcastVerification
    from st_keras.cli.rain_verification import (
        DEFAULT_BASELINES,
        check_protocol,
        make_baselines,
        protocol_as_trained,
        verify,
    )

    folder, asked = RunFolder(settings.out), settings.forecasts
    if settings.data is None:
        raise error(
            "--data", "no archive", "an archive of rain, to verify a Nowcaster on", "Pass --data."
        )
    check_archive(settings.data)
    for flag, value in (("--scores", asked.scores), ("--thresholds", asked.thresholds)):
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
    windows = Windows(
        context_length=model.context_length,
        horizon=protocol.horizon,
        stride=protocol.stride,
        reading=asked.reading,
    )
    record = run_record(settings.model_file) or {}
    source = open_test_data(settings.data, windows, record, of_rain=rain_defaults())
    check_rain("--data", source.image_shape, source.units)
    if settings.protocol:
        check_protocol(protocol.name, model, source)
    print(source.description)
    batch_size = asked.batch_size or DEFAULT_BATCH_SIZE
    told = NowcastVerification(model, protocol, batch_size)
    folder.create()
    methods = (told.names, told.forecasts_of)
    verify(*methods, source, protocol, baselines, asked.sequences, batch_size, folder)
    told.write(folder)
    print(f"\nWritten:\n{folder.report()}")


def _score_codes(settings, model):
    from st_keras.cli.slowvae.evaluation import check_images_fit, score_and_draw
    from st_keras.cli.slowvae.pair_data import open_pairs

    folder, asked = RunFolder(settings.out), settings.codes
    source = open_pairs(settings.data or "sprites", asked.pairs)
    check_images_fit(model, source)
    score_and_draw(model, source, settings.protocol or "quick", asked.seed or 0, folder.create())
    print(f"\nWritten:\n{folder.report()}")


def _refuse(part, model, others):
    names = ", ".join(given(part))
    if names:
        raise error(
            "st-keras evaluate",
            f"{names} for a file that holds a {model}",
            f"flags of that model; {names} belongs to {others}",
            f"Leave {names} out.",
        )


def _refuse_protocol(protocol, others, model, own):
    if protocol in others:
        raise error(
            "--protocol",
            f"{protocol} for a file that holds a {model}",
            f"one of {', '.join(own)}",
            "Pass one of these, or leave --protocol out.",
        )


COMMAND = Command(name="evaluate", settings=Evaluate, check=check, work=evaluate)
