"""Graphs of a model's own methods, for as long as they are those of its weights."""


class GraphCache:
    """Keep what a model has traced, until its weights are other variables.

    `enable_lora` and `quantize` of a layer add and replace variables, and tell nobody: a graph that
    was traced before goes on with the old ones. Keras makes its own functions anew in `compile`.

    Example:

    >>> import keras
    >>> model, cache = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]), GraphCache()
    >>> first = cache.get(model, "call", lambda: object())
    >>> cache.get(model, "call", lambda: object()) is first
    True
    >>> model.layers[0].enable_lora(1)
    >>> cache.get(model, "call", lambda: object()) is first
    False
    """

    def __init__(self):
        self._graphs, self._weights = {}, []

    def get(self, model, name, trace):
        """Return the graph of that name.

        Args:
            model: the `keras.Model` whose weights it uses.
            name: str.
            trace: function without arguments that makes it.
        """
        weights = model.weights
        # Kept, and so no other variable has their place in memory.
        same = len(weights) == len(self._weights)
        if not (same and all(a is b for a, b in zip(weights, self._weights, strict=True))):
            self._graphs, self._weights = {}, list(weights)
        if name not in self._graphs:
            self._graphs[name] = trace()
        return self._graphs[name]
