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


def restore_model(model, state, element_spec):
    """Give model and optimizer the values that `model_state` read.

    Args:
        model: a compiled `keras.Model`; it and its optimizer are built here if need be.
        state: what `model_state` returned.
        element_spec: `tf.TypeSpec`s of a batch, for a model that is not built; or None.

    Raises:
        ValueError: if the state is that of another model or optimizer.
    """
    complete = all(layer.built for layer in model._flatten_layers())
    if not complete and element_spec is not None and differences(state["model"], model.variables):
        model._symbolic_build(data_batch=element_spec)
    if model.optimizer is not None and not model.optimizer.built:
        with model.distribute_strategy.scope():
            model.optimizer.build(model.trainable_variables)
    for kind, variables in (("model", model.variables), ("optimizer", _optimizer_variables(model))):
        check_same(kind, state[kind], variables)
        assign(state[kind], variables, model.distribute_strategy)


def restore_metrics(model, state, element_spec):
    """Give the metrics the running sums that `model_state` read.

    Keras creates compiled metrics with the first batch; they are created here if need be. What is
    merely watched may be watched then, now, or both times: it changes nothing but the logs.

    Args:
        model: a compiled `keras.Model`, built.
        state: what `model_state` returned.
        element_spec: `tf.TypeSpec`s of a batch, or None.

    Raises:
        ValueError: if the model has not all metrics of the state.
    """
    pairs = matching(state["metrics"], _metrics_variables(model))
    if pairs[-1] and element_spec is not None:
        model._symbolic_build(data_batch=element_spec)
        pairs = matching(state["metrics"], _metrics_variables(model))
    entries, variables, missing = pairs
    # Metrics of the validation alone may not exist yet; it resets them before it begins.
    # A scalar comes from the file as a number.
    if any(np.any(value) for entry in missing for value in entry["values"]):
        check_same("set of metrics", state["metrics"], _metrics_variables(model))
    assign(entries, variables, model.distribute_strategy)
    entries, variables, _ = matching(state["watched"], _watched_variables(model))
    assign(entries, variables, model.distribute_strategy)


def _metrics_variables(model):
    watched = {id(variable) for variable in _watched_variables(model)}
    return [variable for variable in model.metrics_variables if id(variable) not in watched]


def _watched_variables(model):
    watch = getattr(model, "watch", None)
    metrics = watch.metrics if isinstance(watch, TrainingWatch) else []
    return [variable for metric in metrics for variable in metric.variables]


def _optimizer_variables(model):
    return [] if model.optimizer is None else model.optimizer.variables
