"""As many batches as a limit in minutes leaves time for, so that schedules end when it does."""

import dataclasses
import statistics
import time

import keras

from st_keras.cli.run_record import FILE, read_record
from st_keras.models.family_settings import OPEN_ENDED

_TRACED, _TIMED = 1, 7  # batches
_SHARE = 0.92  # of the minutes: graphs, validation and saving take the rest


def prepare_in_time(settings, prepare, workers):
    """Prepare a training; where a limit in minutes is all that is said, count its batches first.

    Sampling and learning rate are functions of the share of the batches that is done. A run that is
    cut off by the clock would end with both as they are in its middle; so the first batches are
    timed, with a model that is thrown away, and as many are planned as there is time for. A recipe
    of a paper is shortened only; what is made for minutes may also become longer.

    Args:
        settings: what the command was told.
        prepare: function of settings that returns `(model, source, recipe)`.
        workers: `WorkerGroup`. Several replicas are not timed.

    Returns:
        What `prepare` returns; "steps" of the recipe are those that are planned.
    """
    minutes = settings.fit.max_minutes
    if settings.fit.steps is not None:
        return prepare(settings)
    if settings.resume and (settings.out / FILE).is_file():
        # Whatever limit is given now: the batches done had the schedules of those planned.
        planned = read_record("--resume", settings.out / FILE).get("recipe", {}).get("steps")
        return prepare(_with_steps(settings, planned))
    if not minutes or workers.replicas > 1:
        return prepare(settings)
    model, source, recipe = prepare(settings)
    seconds = _seconds_of_a_batch(model, source, recipe["batch_size"])
    steps = batches_within(minutes, seconds)
    open_ended = settings.network.asked_recipe in OPEN_ENDED
    if not open_ended and steps >= recipe["steps"]:
        steps = recipe["steps"]
    workers.say(
        f"{seconds:.2g} s a batch: {steps:,} batches in {minutes:g} minutes (the recipe has "
        f"{recipe['steps']:,}); its schedules follow."
    )
    keras.utils.clear_session(free_memory=False)
    return prepare(_with_steps(settings, steps))


def batches_within(minutes, seconds):
    """Return how many batches of so many seconds there is time for, at least one.

    Example:

    >>> batches_within(minutes=10, seconds=0.5)
    1104
    """
    return max(int(60 * _SHARE * minutes / seconds), 1)


def _seconds_of_a_batch(model, source, batch_size):
    batches, seconds = iter(source.training_dataset(batch_size)), []
    for _ in range(_TRACED + _TIMED):
        begin = time.perf_counter()
        model.train_on_batch(next(batches))
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds[_TRACED:])


def _with_steps(settings, steps):
    return dataclasses.replace(settings, fit=dataclasses.replace(settings.fit, steps=steps))
