"""How many batches a callback is told of at once."""


def batches_of_call(callback, batch):
    """Return how many batches a call of `on_train_batch_end(batch)` stands for.

    With `compile(steps_per_execution=n)` Keras calls it after n batches, with the number that the
    last of them has, or would have if the data did not end before.

    Args:
        callback: a `keras.callbacks.Callback` within `fit`.
        batch: int, as it came.

    Example:

    >>> import keras
    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse", steps_per_execution=4)
    >>> callback = keras.callbacks.Callback()
    >>> callback.set_model(model)
    >>> callback.set_params({"steps": 10})
    >>> [batches_of_call(callback, batch) for batch in (3, 7, 11)]
    [4, 4, 2]
    """
    steps = (callback.params or {}).get("steps")
    beyond_the_end = max(batch + 1 - steps, 0) if steps else 0
    return callback.model.steps_per_execution - beyond_the_end
