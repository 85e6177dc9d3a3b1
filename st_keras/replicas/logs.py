"""Logs of a training step in the form that Keras reduces rightly."""


def step_logs(logs):
    """Return the logs of a `train_step` or `test_step`, right on one host and on several.

    Keras 3 takes a step's logs for batches when there are several workers, and averages over
    their first axis: a scalar fails there. A vector of one number survives, and comes out as a
    scalar.

    Args:
        logs: dict of scalar tensors.

    Returns:
        dict: the same, or vectors of one number on a strategy of several workers.

    Example:

    >>> step_logs({"loss": 0.5})
    {'loss': 0.5}
    """
    import tensorflow as tf

    strategy = tf.distribute.get_strategy()
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return logs
    return {name: tf.reshape(value, (1,)) for name, value in logs.items()}
