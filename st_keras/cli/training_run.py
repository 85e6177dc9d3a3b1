"""Train a model from command-line options: what `train` and `demo` share."""

import math
import sys

import keras

from st_keras.cli.data_source import Windows, open_training_data
from st_keras.cli.network_flags import NETWORKS, settings_of
from st_keras.cli.run_folder import versions
from st_keras.plots import training_curve
from st_keras.training import Forecaster, StepLimit, TimeBudget, build_sampling
from st_keras.validation import error

REPORTS = 8  # how often a run validates and saves, at least
BATCHES_PER_REPORT = 1000  # at most
MOST_POSITIONS = 4096  # of ModeRNN's attention in the demo
FITTING = "fitting"  # patch_size: the largest of 8, 4, 2, 1 that divides the frames


def prepare(options):
    """Open the data and build the model; every wrong value is refused here.

    Args:
        options: the parsed command line of `train` or `demo`.

    Returns:
        `(model, source, recipe)`.
    """
    network_settings, recipe = settings_of(options)
    patch_size = network_settings["patch_size"]
    windows = Windows(options.context_length, options.horizon, options.stride, options.axes)
    source = open_training_data(
        options.data, windows, options.seed, None if patch_size == FITTING else patch_size
    )
    if patch_size == FITTING:
        network_settings["patch_size"] = _fitting_patch_size(source.image_shape)
        if options.model == "modernn":
            _check_attention(source.image_shape, network_settings["patch_size"])
    keras.utils.set_random_seed(options.seed)
    network = NETWORKS[options.model](
        **network_settings, dtype=options.precision, name=options.model
    )
    model = Forecaster(
        network,
        context_length=options.context_length,
        sampling=build_sampling(recipe["sampling"], options.preset, recipe["steps"]),
        decoupling_weight=recipe["decoupling_weight"],
        reverse_input=recipe["reverse_input"],
        normalization=source.normalization(),
        seed=options.seed,
    )
    adam = keras.optimizers.Adam(_learning_rate(recipe), epsilon=recipe["epsilon"])
    model.compile(adam, jit_compile=options.jit_compile)
    model.build((None, None, *source.image_shape))
    return model, source, recipe


def train(options, model, source, recipe, folder):
    """Fit the model, and write model, training curve and run record into the folder.

    Returns:
        bool: False if the user interrupted it.
    """
    finished, done, history = fit(
        model,
        source,
        model.network.name,
        recipe["steps"],
        recipe["batch_size"],
        options.max_minutes,
        folder,
    )
    fit_record(options, model, source, {**recipe, "steps_done": done}, folder, history)
    return finished


def fit(model, source, name, steps, batch_size, max_minutes, folder):
    """Fit a compiled model, whatever it is.

    Ctrl-C, or the end of `max_minutes`, stops training early. While it runs, `checkpoint.keras` is
    written at every report.

    Args:
        model: a compiled, built Keras model.
        source: has `description`, `training_dataset(batch_size)` and
            `validation_dataset(batch_size)`.
        name: str, what to call the model.
        steps: int, batches.
        batch_size: int.
        max_minutes: float or None.
        folder: `RunFolder`, created.

    Returns:
        `(finished, steps_done, history)`; `finished` is False if the user interrupted it.

    Raises:
        ValueError: if the loss is no longer finite. No model is saved then.
    """
    print(source.description)
    print(f"{name}: {model.count_params():,} parameters, {steps} batches")
    history, limit = keras.callbacks.History(), StepLimit(steps)
    clock = TimeBudget(max_minutes) if max_minutes else None
    checkpoint = folder / "checkpoint.keras"
    epochs = min(steps, max(REPORTS, math.ceil(steps / BATCHES_PER_REPORT)))
    finished = True
    try:
        model.fit(
            source.training_dataset(batch_size),
            steps_per_epoch=math.ceil(steps / epochs),
            epochs=epochs,
            validation_data=source.validation_dataset(batch_size),
            callbacks=[
                history,
                limit,
                keras.callbacks.TerminateOnNaN(),
                keras.callbacks.ModelCheckpoint(checkpoint),
                *([clock] if clock else []),
            ],
            shuffle=False,
            verbose=1 if sys.stdout.isatty() else 2,
        )
    except KeyboardInterrupt:
        finished = False
        print(f"\nInterrupted after {limit.done} batches: saving what has been learned so far.")
    if clock and clock.stopped:
        print(f"Time is up after {limit.done} batches (--max-minutes {max_minutes:g}).")
    _check_finite(history.history, limit.done)
    return finished, limit.done, history.history


def fit_record(options, model, source, recipe, folder, history):
    """Write `model.keras`, the training curve and `run.json`; drop the checkpoint."""
    model.save(folder / "model.keras")
    folder.note("model", folder / "model.keras")
    if history.get("loss"):
        folder.note(
            "training curve",
            training_curve(folder / "training_curve.png", history, x_label="report"),
        )
    record = {
        "versions": versions(),
        "options": {name: str(value) for name, value in vars(options).items()},
        "recipe": recipe,
        "data": source.card(),
        "history": history,
    }
    folder.write_json("run record", "run.json", record)
    (folder / "checkpoint.keras").unlink(missing_ok=True)


def _check_finite(history, steps):
    if not all(math.isfinite(loss) for loss in history.get("loss", [])):
        raise error(
            "training",
            f"a loss that is no longer finite, within {steps} batches",
            "a finite loss",
            "Lower --learning-rate, or use --precision float32. No model has been saved.",
        )


def _fitting_patch_size(image_shape):
    return next(p for p in (8, 4, 2, 1) if image_shape[0] % p == image_shape[1] % p == 0)


def _check_attention(image_shape, patch_size):
    positions = math.prod(size // patch_size for size in image_shape[:2])
    if positions > MOST_POSITIONS:
        raise error(
            "--data",
            f"frames of {image_shape[0]} x {image_shape[1]} pixels, which only patches of "
            f"{patch_size} divide: attention over {positions:,} positions",
            f"at most {MOST_POSITIONS:,} positions, or the demo would run out of memory",
            "Crop or pad the frames to multiples of 8.",
        )


def _learning_rate(recipe):
    rate, steps = recipe["learning_rate"], recipe["steps"]
    updates = steps * (2 if recipe["reverse_input"] else 1)
    if recipe["decay"] == "constant":
        return rate
    warmup = min(20, max(updates // 10, 1))
    return keras.optimizers.schedules.CosineDecay(
        0.1 * rate, max(updates - warmup, 1), alpha=0.02, warmup_target=rate, warmup_steps=warmup
    )
