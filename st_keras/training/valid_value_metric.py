"""Keras metrics that know nothing of missing values, told of the valid ones alone."""

import contextlib
import threading

import keras
import numpy as np
import tensorflow as tf

from st_keras.metrics.video.per_lead_time import PerLeadTimeMetric
from st_keras.validation import error

# Each replica builds its graph in a thread of its own.
_weights = threading.local()


@contextlib.contextmanager
def pixel_weights(weights):
    """Tell each `ValidValueMetric` in the `with` block what every value weighs.

    Keras hands the same weights to all metrics, and those of `st_keras.metrics.video` take none
    per pixel.

    Args:
        weights: (B, T, H, W, C).
    """
    _weights.value = weights
    try:
        yield
    finally:
        _weights.value = None


def metrics_of_valid_values(metrics):
    """Return metrics that can be told NaN in `y_true`: it is not counted.

    The metrics of `st_keras.metrics.video` take NaN themselves, and so does one that says
    `takes_nan = True`; others become a `ValidValueMetric`.

    Args:
        metrics: list of what `compile` takes as metrics.

    Raises:
        ValueError: for a function that is no mean of one number for each value.

    Example:

    >>> [metric.name for metric in metrics_of_valid_values(["mae"])]
    ['mae']
    """
    return [metric if _takes_nan(metric) else _wrapped(metric) for metric in metrics]


@keras.saving.register_keras_serializable(package="st_keras")
class ValidValueMetric(keras.metrics.Metric):
    """Tell a Keras metric the valid values one by one, each with its weight.

        metric.update_state(y_true (N, 1), y_pred (N, 1), sample_weight (N,))

    N counts all values; those that are missing weigh 0. A metric that looks at more than one value
    at a time, such as a structural similarity, cannot be asked so.

    Args:
        metric: `keras.metrics.Metric` of single values.
        **kwargs: `name` (default: that of the metric), `dtype`.

    Methods:
        update_state(y_true, y_pred, sample_weight=None): (B, T, H, W, C) both, NaN in `y_true`
            where a value is missing; sample_weight broadcasts to them, or is (B,).
        result(): that of the metric.

    Example:

    >>> metric = ValidValueMetric(keras.metrics.MeanAbsoluteError(name="mae"))
    >>> true = np.float32([1.0, np.nan, 3.0]).reshape(1, 3, 1, 1, 1)
    >>> metric.update_state(true, np.zeros_like(true))
    >>> float(metric.result())
    2.0
    """

    def __init__(self, metric, **kwargs):
        kwargs.setdefault("name", metric.name)
        super().__init__(**kwargs)
        self.metric = metric

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Count the valid values of a batch."""
        y_true, y_pred = tf.convert_to_tensor(y_true), tf.convert_to_tensor(y_pred)
        valid = ~tf.math.is_nan(y_true)
        weights = tf.cast(valid, "float32")
        if getattr(_weights, "value", None) is not None:
            weights = weights * _weights.value
        if sample_weight is not None:
            sample_weight = tf.cast(sample_weight, "float32")
            if sample_weight.shape.rank == 1:
                sample_weight = tf.reshape(sample_weight, [-1] + [1] * (valid.shape.rank - 1))
            weights = weights * sample_weight
        zero = tf.zeros((), y_true.dtype)
        values = (tf.where(valid, each, zero) for each in (y_true, tf.cast(y_pred, y_true.dtype)))
        true, pred = (tf.reshape(each, (-1, 1)) for each in values)
        self.metric.update_state(true, pred, tf.reshape(weights, (-1,)))

    def result(self):
        """Return the result of the metric."""
        return self.metric.result()

    def reset_state(self):
        """Begin anew."""
        self.metric.reset_state()

    def get_config(self):
        """Return every constructor argument."""
        metric = keras.saving.serialize_keras_object(self.metric)
        return {**super().get_config(), "metric": metric}

    @classmethod
    def from_config(cls, config):
        """Rebuild the nested metric, then this one."""
        metric = keras.saving.deserialize_keras_object(config["metric"])
        return cls(**{**config, "metric": metric})


def _takes_nan(metric):
    ours = (PerLeadTimeMetric, ValidValueMetric)
    return isinstance(metric, ours) or getattr(metric, "takes_nan", False)


def _wrapped(metric):
    found = keras.metrics.get(metric)
    names = {"name": metric} if isinstance(metric, str) else {}
    if not isinstance(found, keras.metrics.Metric):
        names = names or {"name": getattr(found, "__name__", "metric")}
        found = keras.metrics.MeanMetricWrapper(_checked(metric, found), **names)
    return ValidValueMetric(found, **names)


def _checked(metric, function):
    """Return the function if it is a mean of one number for each value, tried on a few."""
    true, pred = np.random.default_rng(0).random((2, 2, 1, 2, 3, 1), "float32")
    try:
        whole = np.mean(function(tf.constant(true), tf.constant(pred)))
        each = np.mean(function(*(tf.reshape(x, (-1, 1)) for x in (true, pred))))
    except (ValueError, TypeError, tf.errors.OpError):
        whole, each = 0.0, np.inf
    if not np.isclose(whole, each, 1e-4, 1e-6):
        raise error(
            "Forecaster.compile",
            f"metrics=[{metric!r}] with missing values or padding",
            "a metric of st_keras.metrics.video, or one that is a mean over single values",
            "Leave it out; or make it a class with takes_nan = True that skips NaN in y_true.",
        )
    return function
