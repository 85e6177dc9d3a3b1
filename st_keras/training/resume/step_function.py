"""What stands in for a step function of a model, within one `fit` alone."""


class StepFunction:
    """Stand in for `model.train_function` or `model.test_function`.

    `fit` looks the function up for every step. A `fit` that was interrupted may leave this one
    behind: a call that nobody has announced goes straight to the true function.

    Args:
        function: Keras' own step function, or a `StepFunction` in front of it.
        instead: function of (Keras' own, iterator), called in its place.

    Attributes:
        announced: bool. Whether the next call is one of the `fit` it was made for.

    Example:

    >>> step = StepFunction(next, lambda function, iterator: 10 * function(iterator))
    >>> batches = iter([1, 2, 3])
    >>> step.announced = True
    >>> step(batches), step(batches)
    (10, 2)
    """

    def __init__(self, function, instead):
        self.function = function.function if isinstance(function, StepFunction) else function
        self.instead = instead
        self.announced = False

    def __call__(self, iterator):
        """Do what is to be done instead, if the call was announced."""
        if not self.announced:
            return self.function(iterator)
        self.announced = False
        return self.instead(self.function, iterator)
