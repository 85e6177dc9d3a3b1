"""What training changes in a model: its variables, its optimizer's, its metrics'."""

import numpy as np

from st_keras.models.training_watch import TrainingWatch
from st_keras.training.resume.variable_state import (
    assign,
    check_same,
    collect,
    differences,
    matching,
)


def model_state(model, with_metrics):
    """Read all variables that training changes.

    Args:
        model: a compiled `keras.Model`, built.
        with_metrics: bool. Read the running sums of the metrics, too.

    Returns:
        Dict of the keys "model", "optimizer", "metrics" and "watched" (metrics of the model's
        watch), for `restore_model`.

    Example:

    >>> import keras
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> [entry["path"] for entry in model_state(model, with_metrics=False)["model"]]
    ['sequential/dense/kernel', 'sequential/dense/bias']
    """
    strategy = model.distribute_strategy
    return {
        "model": collect(model.variables, strategy),
        "optimizer": collect(_optimizer_variables(model), strategy),
        "metrics": collect(_metrics_variables(model), strategy) if with_metrics else [],
        "watched": collect(_watched_variables(model), strategy) if with_metrics else [],
    }


def is_complete(model, state):
    """Return whether all is there that Keras would make with a first batch.

    Args:
        model: a compiled `keras.Model`.
        state: what `model_state` returned.
    """
    made = all(getattr(metric, "built", True) for metric in model.metrics)
    return made and not (differences(state["model"], model.variables) or _missing(model, state))


def check_model(model, state):
    """Raise `ValueError` if a state is that of another model, optimizer or set of metrics.

    Args:
        model: a compiled `keras.Model`, built; its optimizer is built here if need be.
        state: what `model_state` returned.
    """
    if model.optimizer is not None and not model.optimizer.built:
        with model.distribute_strategy.scope():
            model.optimizer.build(model.trainable_variables)
    check_same("model", state["model"], model.variables)
    check_same("optimizer", state["optimizer"], _optimizer_variables(model))
    if _missing(model, state):
        check_same("set of metrics", state["metrics"], _metrics_variables(model))


def restore_model(model, state):
    """Give model, optimizer and metrics the values that `model_state` read.

    What is merely watched may be watched then, now, or both times: it changes nothing but the logs.

    Args:
        model: a compiled `keras.Model`, built.
        state: what `model_state` returned.

    Raises:
        ValueError: if the state is that of another model, optimizer or set of metrics.
    """
    check_model(model, state)
    strategy = model.distribute_strategy
    assign(state["model"], model.variables, strategy)
    assign(state["optimizer"], _optimizer_variables(model), strategy)
    for kind, here in (("metrics", _metrics_variables), ("watched", _watched_variables)):
        entries, variables, _ = matching(state[kind], here(model))
        assign(entries, variables, strategy)


def _missing(model, state):
    """Entries of metrics that the model has not; those of validation alone hold nothing then."""
    missing = matching(state["metrics"], _metrics_variables(model))[-1]
    # A scalar comes from the file as a number.
    return [entry for entry in missing if any(np.any(value) for value in entry["values"])]


def _metrics_variables(model):
    watched = {id(variable) for variable in _watched_variables(model)}
    return [variable for variable in model.metrics_variables if id(variable) not in watched]


def _watched_variables(model):
    watch = getattr(model, "watch", None)
    metrics = watch.metrics if isinstance(watch, TrainingWatch) else []
    return [variable for metric in metrics for variable in metric.variables]


def _optimizer_variables(model):
    return [] if model.optimizer is None else model.optimizer.variables
