"""Train the Nowcaster of one fold, which has seen no frame of the event that is left out."""

import json
import pathlib
import time

import keras

from benchmarks.nowcast_folds.training_windows import training_batches
from benchmarks.radar_series import EVENTS
from st_keras.files.whole_file import whole_files
from st_keras.models import Nowcaster
from st_keras.models.nowcaster.nowcast_optimizer import nowcast_optimizer
from st_keras.validation import error

MODEL, RECORD = "model.keras", "training.json"
REPORTS = 8  # lines that a training prints


def whole_reports(batches):
    """Return how many of the batches are trained: as many for each report."""
    reports = min(REPORTS, batches)
    return batches // reports * reports


def check_same_training(folder, **asked):
    """Refuse a fold that was trained otherwise; nothing is refused where none is.

    Args:
        folder: path of the fold.
        asked: residual, batches, batch_size, seed, made_share.

    Raises:
        ValueError: if one of them differs from the record.
    """
    if not pathlib.Path(folder, MODEL).exists():
        return
    record = json.loads(pathlib.Path(folder, RECORD).read_text(encoding="utf-8"))
    asked["batches"] = whole_reports(asked["batches"])
    for name, value in asked.items():
        if record[name] != value:
            raise error(
                "--output",
                f"{str(folder)!r}, which was trained with {name} {record[name]}, not {value}",
                "a fold that was trained as it is asked for, or none",
                "Choose another --output, or ask for the same.",
            )


def train_fold(left_out, folder, residual, batches, batch_size, seed, made_share, data):
    """Train, and write `model.keras` and `training.json`; what is there already is kept.

    Args:
        left_out: str, a key of `EVENTS`.
        folder: path.
        residual: str, as of `Nowcaster`.
        batches, batch_size, seed: ints.
        made_share: float, see `training_batches`.
        data: folder of the radar files.

    Returns:
        `Nowcaster`.
    """
    path = pathlib.Path(folder, MODEL)
    if path.exists():
        return keras.models.load_model(path)
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(seed)
    model = Nowcaster(residual, seed=seed)
    model.compile(nowcast_optimizer(batches))
    events = [event for event in EVENTS if event != left_out]
    epochs = min(REPORTS, batches)
    begin = time.monotonic()
    history = model.fit(
        training_batches(events, batch_size, seed, made_share, data),
        steps_per_epoch=batches // epochs,
        epochs=epochs,
        shuffle=False,
        verbose=2,
    )
    record = {
        "left_out": left_out,
        "events": events,
        "residual": residual,
        "parameters": model.count_params(),
        "batches": whole_reports(batches),
        "batch_size": batch_size,
        "seed": seed,
        "made_share": made_share,
        "minutes": (time.monotonic() - begin) / 60,
        "loss": history.history["loss"],
    }
    # The model last: where it is, the fold is whole.
    with whole_files(pathlib.Path(folder, RECORD), path) as (told, weights):
        model.save(weights)
        told.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return model
