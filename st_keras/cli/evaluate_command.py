"""`st-keras evaluate run/model.keras --data ... --out run/evaluation`."""

import pathlib
from dataclasses import dataclass

from st_keras.cli.command import Command, CommandSettings
from st_keras.cli.frame_data import DATA_HELP, ReadingAsTrained, Windows
from st_keras.cli.model_path import check_model_path, model_path
from st_keras.cli.run_folder import RunFolder
from st_keras.cli.run_settings import seed
from st_keras.cli.slowvae.settings import DATA_HELP as PAIRS_HELP
from st_keras.cli.slowvae.settings import Pairs, protocol
from st_keras.metrics.scores_by_name import DEFAULT_SCORES, score_names
from st_keras.settings import value_types as types
from st_keras.settings.setting import given, part, setting
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
    scores: tuple | None = setting(
        types.names_among(score_names()),
        None,
        f"out of {', '.join(score_names())} (default: {','.join(DEFAULT_SCORES)})",
    )


@dataclass(frozen=True, kw_only=True)
class Codes:
    """What is encoded, of a SlowVAE."""

    pairs: Pairs = part()
    protocol: str | None = protocol()
    seed: int | None = seed(None, "of the images (default: 0)")


@dataclass(frozen=True, kw_only=True)
class Evaluate(CommandSettings):
    """Score a trained model: forecasts beside persistence, or codes."""

    model_file: pathlib.Path = model_path()
    data: str | None = setting(
        default=None, help=f"of a forecaster: {DATA_HELP}. Of a SlowVAE: {PAIRS_HELP}"
    )
    out: pathlib.Path = setting(types.path, help="new folder for the scores")
    forecasts: Forecasts = part("forecasters")
    codes: Codes = part("SlowVAE")

    def __post_init__(self):
        of_forecasters, of_slowvae = given(self.forecasts), given(self.codes)
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
    from st_keras.models import SlowVAE
    from st_keras.training import Forecaster

    model = load_trained(settings.model_file, (Forecaster, SlowVAE))
    if isinstance(model, SlowVAE):
        _refuse(settings.forecasts, "SlowVAE", "forecasters")
        _score_codes(settings, model)
    else:
        _refuse(settings.codes, "Forecaster", "SlowVAE")
        _score_forecasts(settings, model)


def _score_forecasts(settings, model):
    from st_keras.cli.data_source import open_test_data
    from st_keras.cli.evaluation import check_scorable, evaluate
    from st_keras.cli.model_file import check_frames_fit, run_record

    folder, asked = RunFolder(settings.out), settings.forecasts
    record = run_record(settings.model_file) or {}
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
    check_scorable(source.image_shape, scores)
    print(source.description)
    sequences = source.test_sequences(asked.sequences or DEFAULT_SEQUENCES)
    batch_size = asked.batch_size or DEFAULT_BATCH_SIZE
    evaluate(model, source, sequences, horizon, batch_size, folder.create(), scores)
    print(f"\nWritten:\n{folder.report()}")


def _score_codes(settings, model):
    from st_keras.cli.slowvae.evaluation import check_images_fit, score_and_draw
    from st_keras.cli.slowvae.pair_data import open_pairs

    folder, asked = RunFolder(settings.out), settings.codes
    source = open_pairs(settings.data or "sprites", asked.pairs)
    check_images_fit(model, source)
    score_and_draw(model, source, asked.protocol or "quick", asked.seed or 0, folder.create())
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


COMMAND = Command(name="evaluate", settings=Evaluate, check=check, work=evaluate)
