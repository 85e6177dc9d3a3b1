"""How many training batches an optimizer has seen."""

import keras


def batches_seen(optimizer, applications_per_batch=1):
    """Return the number of training batches `optimizer` has been applied to, as a tensor.

    It counts applications of gradients, divided by how often one batch applies them (twice with
    `reverse_input`). `optimizer.iterations` alone would count updates, which are fewer under
    gradient accumulation: batches of one accumulation window would then draw the same mask.

    A `LossScaleOptimizer` does not apply gradients that are not finite, so a batch it skips is
    not counted.

    Args:
        optimizer: a `keras.optimizers.Optimizer`.
        applications_per_batch: int. Default 1.

    Example:

    >>> optimizer = keras.optimizers.SGD()
    >>> int(batches_seen(optimizer))
    0
    """
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        optimizer = optimizer.inner_optimizer
    # The first variable of every Keras optimizer counts applications.
    return optimizer.variables[0].value // applications_per_batch
