"""`st-keras evaluate run/model.keras --data ... --out run/evaluation`."""

import pathlib
from dataclasses import dataclass

from st_keras.baselines.by_name import baseline_names
from st_keras.choices import CODE_PROTOCOLS, FRAME_PROTOCOLS
from st_keras.cli.command import Command, CommandSettings
from st_keras.cli.frame_data import DATA_HELP, ReadingAsTrained, Windows
from st_keras.cli.model_path import check_model_path, model_path
from st_keras.cli.run_folder import RunFolder
from st_keras.cli.run_settings import seed
from st_keras.cli.slowvae.settings import DATA_HELP as PAIRS_HELP
from st_keras.cli.slowvae.settings import Pairs
from st_keras.metrics.radar.protocols import PROTOCOLS
from st_keras.metrics.scores_by_name import DEFAULT_SCORES, score_names
from st_keras.settings import value_types as types
from st_keras.settings.setting import flag_of, given, part, setting, switch
from st_keras.validation import error

DEFAULT_HORIZON = 10  # of a model without a run record
DEFAULT_SEQUENCES = 64
DEFAULT_BATCH_SIZE = 8
REPORT_PROTOCOL = "thuml"  # the one of scores without a protocol


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
        f"with a --protocol: out of {', '.join(baseline_names())}, of which frames that are no "
        "rain have persistence, zero, climatology and advection (default: persistence)",
    )
    beside: tuple | None = setting(
        types.paths,
        None,
        metavar="MODEL,MODEL",
        help="with a --protocol: further trained models, as rows of the same table",
    )
    lpips_weights: pathlib.Path | None = setting(
        types.path,
        None,
        metavar="FILE",
        help="with a --protocol of frames: score LPIPS too, by the package lpips (PyTorch) with "
        "the weights of AlexNet in this file; nothing is downloaded",
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
        """Refuse what a protocol decides, of rain or of frames."""
        if protocol is None:
            return
        decided = {"scores": self.scores, "thresholds": self.thresholds}
        of_rain = protocol in PROTOCOLS
        if of_rain:
            decided = {
                "horizon": self.horizon,
                "stride": self.stride,
                **decided,
                "lpips_weights": self.lpips_weights,
            }
        said = [flag_of(name) for name, value in decided.items() if value is not None]
        if said or (of_rain and data is None):
            raise error(
                "--protocol",
                f"{protocol} with {said[0]}" if said else f"{protocol} without --data",
                "an archive of rain, and no flags for what the protocol says"
                if of_rain
                else "no flags for what the protocol says",
                f"Leave {said[0]} out." if said else "Pass --data.",
            )

    def check_report(self):
        """Refuse what a report's own protocol decides, where none is named."""
        for name in ("scores", "thresholds"):
            if getattr(self, name) is not None:
                flag = flag_of(name)
                raise error(
                    "--report",
                    f"it with {flag}",
                    f"no flags for what a protocol says: --report of a forecaster takes --protocol "
                    f"{REPORT_PROTOCOL}, unless another one is named",
                    f"Leave {flag} or --report out.",
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
        choices=(*FRAME_PROTOCOLS, *PROTOCOLS, *CODE_PROTOCOLS),
        default=None,
        help="of a forecaster: which scores of frames, as whose code makes them, with intervals "
        "and skill against baselines; of a Nowcaster, or a forecaster of rain: verify it by "
        "events; of a SlowVAE: how many samples its scores take (default: quick)",
    )
    report: bool = switch(
        "also write report.html, a page with tables and pictures in one file, and report.md "
        f"(default --protocol of a forecaster then: {REPORT_PROTOCOL})"
    )
    forecasts: Forecasts = part("forecasters")
    codes: Codes = part("SlowVAE")

    def __post_init__(self):
        of_forecasters, of_slowvae = given(self.forecasts), given(self.codes)
        of_frames = self.protocol in (*PROTOCOLS, *FRAME_PROTOCOLS)
        self.forecasts.check(self.protocol if of_frames else None, self.data)
        if self.report and self.protocol is None:
            self.forecasts.check_report()
        if (of_frames and of_slowvae) or (of_forecasters and self.protocol in CODE_PROTOCOLS):
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
    for path in (settings.model_file, *(settings.forecasts.beside or ())):
        check_model_path(path)
    RunFolder(settings.out)


def evaluate(settings):
    """Score the model: forecasts of frames it was not trained on, or codes."""
    from st_keras.cli.evaluate.rain import verify_nowcast
    from st_keras.cli.model_file import load_trained
    from st_keras.models import Nowcaster, SlowVAE
    from st_keras.training import Forecaster

    model = load_trained(settings.model_file, (Forecaster, Nowcaster, SlowVAE))
    if isinstance(model, Nowcaster):
        check_flags_of("Nowcaster", settings)
        verify_nowcast(settings, model)
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
    own = {
        "Forecaster": (*FRAME_PROTOCOLS, *PROTOCOLS),
        "Nowcaster": tuple(PROTOCOLS),
        "SlowVAE": CODE_PROTOCOLS,
    }[kind]
    known = (*PROTOCOLS, *FRAME_PROTOCOLS, *CODE_PROTOCOLS)
    others = tuple(name for name in known if name not in own)
    if kind == "SlowVAE":
        _refuse(settings.forecasts, kind, "forecasters")
    else:
        _refuse(settings.codes, kind, "SlowVAE")
    _refuse_protocol(settings.protocol, others, kind, own)


def _score_forecasts(settings, model):
    from st_keras.cli.data_source import open_test_data
    from st_keras.cli.evaluate.frames import score_frames
    from st_keras.cli.evaluate.rain import verify_rain
    from st_keras.cli.evaluation import check_scorable, evaluate
    from st_keras.cli.model_file import check_frames_fit, run_record, trained_smaller

    folder, asked = RunFolder(settings.out), settings.forecasts
    record = run_record(settings.model_file) or {}
    if settings.protocol in PROTOCOLS:
        verify_rain(settings, model, record, folder)
        return
    name = settings.protocol or (REPORT_PROTOCOL if settings.report else None)
    if name is None:
        _refuse_without_protocol(asked)
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
    count, batch_size = asked.sequences or DEFAULT_SEQUENCES, asked.batch_size or DEFAULT_BATCH_SIZE
    if name is not None:
        score_frames(settings, model, source, name, (count, horizon, batch_size), folder)
        return
    scores = asked.scores or DEFAULT_SCORES
    check_scorable(source, scores, asked.thresholds)
    print(source.description)
    sequences = source.test_sequences(count)
    folder.create()
    remark = trained_smaller(settings.model_file)
    told = (scores, asked.thresholds, remark)
    evaluate(model, source, sequences, horizon, batch_size, folder, *told)
    print(f"\nWritten:\n{folder.report()}")


def _score_codes(settings, model):
    from st_keras.cli.slowvae.evaluation import check_images_fit, score_and_draw
    from st_keras.cli.slowvae.pair_data import open_pairs

    folder, asked = RunFolder(settings.out), settings.codes
    source = open_pairs(settings.data or "sprites", asked.pairs)
    check_images_fit(model, source)
    protocol = settings.protocol or "quick"
    evaluation = score_and_draw(model, source, protocol, asked.seed or 0, folder.create())
    if settings.report:
        from st_keras.cli.report.codes import report_codes

        report_codes(settings, model, evaluation, source, folder)
    print(f"\nWritten:\n{folder.report()}")


def _refuse_without_protocol(asked):
    for name in ("baselines", "beside", "lpips_weights"):
        value = getattr(asked, name)
        if value is not None:
            value = ",".join(map(str, value if isinstance(value, tuple) else (value,)))
            raise error(
                flag_of(name),
                f"{value} without --protocol",
                f"a protocol, out of {', '.join((*FRAME_PROTOCOLS, *PROTOCOLS))}",
                "Pass it too; without one a Forecaster is scored beside persistence.",
            )


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
