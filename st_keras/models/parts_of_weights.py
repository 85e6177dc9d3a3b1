"""One weight of the reference code that is part of several of ours, or of one."""

import numpy as np


class PartsOfWeights:
    """Parts of variables, joined along their last axis, as if they were one variable.

    Args:
        parts: list of (variable, index), in the order in which they are joined.
        shaped: function of the joined shape to the one that the weight has. Default None: that.

    Example:

    >>> import keras
    >>> variable = keras.Variable(np.zeros((2, 4)))
    >>> weight = PartsOfWeights([(variable, np.s_[:, :1]), (variable, np.s_[:, 3:])])
    >>> weight.assign(np.ones((2, 2)))
    >>> weight.shape, np.array(variable)[0].tolist()
    ((2, 2), [1.0, 0.0, 0.0, 1.0])
    """

    def __init__(self, parts, shaped=None):
        self.parts = parts
        self._shaped = shaped or tuple

    @property
    def shape(self):
        """The shape of the whole."""
        return self.of([np.empty(variable.shape, "int8") for variable, _ in self.parts]).shape

    @property
    def variables(self):
        """The variables, as often as they have a part."""
        return [variable for variable, _ in self.parts]

    def of(self, arrays):
        """Return the same parts of other arrays, one for each of `variables`.

        Args:
            arrays: list, such as the gradients of `variables`.
        """
        pieces = [array[index] for array, (_, index) in zip(arrays, self.parts, strict=True)]
        joined = np.concatenate(pieces, axis=-1)
        return joined.reshape(self._shaped(joined.shape))

    def assign(self, array):
        """Write an array of this shape into the parts."""
        places = [np.empty(variable.shape, "int8")[index] for variable, index in self.parts]
        joined = np.concatenate(places, axis=-1).shape
        ends = np.cumsum([place.shape[-1] for place in places])[:-1]
        pieces = np.split(np.asarray(array).reshape(joined), ends, axis=-1)
        for (variable, index), piece in zip(self.parts, pieces, strict=True):
            values = np.array(variable)
            values[index] = piece
            variable.assign(values)

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.of([np.asarray(variable) for variable in self.variables]), dtype)
