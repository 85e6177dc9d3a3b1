"""Make a model and train it: what `train` and `demo` share."""

import math
import sys

import keras

from st_keras.cli.data_source import open_training_data
from st_keras.cli.network_settings import resolved
from st_keras.losses import build_loss
from st_keras.models.family import family
from st_keras.models.family_settings import FITTING
from st_keras.training import Forecaster, NaNGuard, StepLimit
from st_keras.training.recipes import sampling_of
from st_keras.validation import error

REPORTS = 8  # how often a run validates and saves, at least
BATCHES_PER_REPORT = 1000  # at most
DRAWN = 4  # validation sequences in TensorBoard
MOST_POSITIONS = 4096  # of ModeRNN's attention in the demo


def prepare_forecaster(settings):
    """Open the data and build the model; every wrong value is refused here.

    Args:
        settings: what `train` was told.

    Returns:
        `(model, source, recipe)`.
    """
    fit, windows = settings.fit, settings.windows
    arguments, recipe = resolved(
        settings.model,
        settings.network,
        settings.recipe,
        steps=fit.steps,
        batch_size=fit.batch_size,
    )
    inputs, rain = settings.inputs, settings.rain
    source = open_training_data(settings.data, windows, fit.seed, inputs.target_names(), rain)
    if arguments["patch_size"] == FITTING:
        arguments["patch_size"] = _fitting_patch_size(source.image_shape)
        if settings.model == "modernn":
            _check_attention(source.image_shape, arguments["patch_size"])
    keras.utils.set_random_seed(fit.seed)
    of_model = family(settings.model)
    if inputs.validity_channel:
        arguments["validity_channel"] = True
    network = of_model.model_class(**arguments, dtype=fit.precision, name=settings.model)
    own_recipe = of_model.recipes[of_model.recipe_named(settings.network.asked_recipe)[0]]
    model = Forecaster(
        network,
        context_length=windows.context_length,
        sampling=sampling_of(own_recipe, recipe["sampling"], recipe["steps"]),
        decoupling_weight=recipe["decoupling_weight"],
        reverse_input=recipe["reverse_input"],
        normalization=source.normalization(),
        seed=fit.seed,
        **source.forecaster_arguments(inputs, network.size_divisor),
    )
    adam = keras.optimizers.Adam(_learning_rate(recipe), epsilon=recipe["epsilon"])
    loss = None if rain.loss is None else loss_of(rain, source.units)
    model.compile(adam, loss=loss, jit_compile=settings.recipe.jit_compile)
    model.build((None, None, *source.image_shape))
    return model, source, recipe


def loss_of(rain, units):
    """Return the loss that is named; its thresholds are in the units of the data."""
    known = None if units == "data units" else units
    return build_loss(rain.loss, rain.loss_thresholds, units=known)


def train_and_record(name, model, source, recipe, files):
    """Begin the run, fit the model, and write model, training curve and run record.

    Args:
        name: str, what to call the model.
        model, source, recipe: what a `prepare` function returned.
        files: `RunFiles`.

    Returns:
        bool: False if the user interrupted it.
    """
    with files.workers.strategy.scope():
        files.begin(source, recipe)
    try:
        return fit(model, source, name, recipe["steps"], recipe["batch_size"], files)
    except Exception as reason:
        files.fail(reason)
        raise


def fit(model, source, name, steps, batch_size, files):
    """Fit a compiled model, whatever it is, and complete its run.

    Ctrl-C, or the end of `--max-minutes`, stops training early.

    Args:
        model: a compiled, built Keras model.
        source: has `description`, `training_dataset(batch_size, first_batch)` and
            `validation_dataset(batch_size)`.
        name: str, what to call the model.
        steps: int, batches.
        batch_size: int, of all replicas together.
        files: `RunFiles` of a run that has begun.

    Returns:
        bool: False if the user interrupted it.

    Raises:
        ValueError: if inputs, loss or gradients are no longer finite. No model is saved then.
    """
    workers, clock = files.workers, files.clock
    workers.say(source.description)
    workers.say(f"{name}: {model.count_params():,} parameters, {steps} batches")
    if workers.replicas > 1:
        workers.say(f"{workers.replicas} replicas on {workers.size} worker(s) share each batch.")
    history, limit = keras.callbacks.History(), StepLimit(steps)
    epochs = min(steps, max(REPORTS, math.ceil(steps / BATCHES_PER_REPORT)))
    states = [files.states] if files.states else []
    # XLA leaves checks out: there the loss alone tells, one batch later.
    guard = keras.callbacks.TerminateOnNaN() if model.jit_compile else NaNGuard()
    records = files.tensorboard(lambda: _sequences_to_draw(model, source))
    interrupted = False
    try:
        model.fit(
            workers.training_batches(source, batch_size, files.first_batch),
            steps_per_epoch=math.ceil(steps / epochs),
            epochs=epochs,
            validation_data=source.validation_dataset(batch_size),
            callbacks=[history, limit, guard, *records, *clock, *states],
            shuffle=False,
            verbose=_verbosity(workers),
        )
    except (KeyboardInterrupt, RuntimeError) as reason:
        if not _is_interruption(reason):
            raise
        if workers.size > 1:
            # The workers may have stopped at different batches: no model is of them all.
            files.interrupt(history.history)
            raise KeyboardInterrupt from None
        interrupted = True
        print(f"\nInterrupted after {limit.done} batches: saving what has been learned so far.")
        files.keep_state()
    if any(c.stopped for c in clock):
        minutes = files.settings.fit.max_minutes
        workers.say(f"Time is up after {limit.done} batches (--max-minutes {minutes:g}).")
    _check_finite(history.history, limit.done)
    finished = limit.done >= steps
    if states and not finished:
        after = files.states.position
        goes_on = f"goes on after batch {after}" if after else "begins at batch 0"
        workers.say(f"The same command with --resume {goes_on}.")
    files.complete(model, limit.done, finished, history.history)
    return not interrupted


def _sequences_to_draw(model, source):
    """Validation sequences, of a forecaster; a SlowVAE has nothing to forecast."""
    if not isinstance(model, Forecaster):
        return None
    return next(iter(source.validation_dataset(DRAWN).take(1))).numpy()


def _is_interruption(reason):
    """Tell Ctrl-C, also where TensorFlow was about to raise something else at that moment.

    Of several workers, one that is interrupted often finds that another has left before.
    """
    replaced = "REPLACED BY KeyboardInterrupt" in str(reason)
    return replaced or isinstance(reason, KeyboardInterrupt)


def _verbosity(workers):
    """Workers beside the chief are quiet; it shows a bar on a terminal, else lines."""
    if not workers.is_chief:
        return 0
    return 1 if sys.stdout.isatty() else 2


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
