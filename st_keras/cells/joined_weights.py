"""Weights that are used together: joined once before a loop over time, not in every step."""

import abc
import contextlib
import threading

_ACTIVE = threading.local()  # replicas trace in threads of their own


class JoinedWeights(abc.ABC):
    """Tensors made from the weights of layers, which keep their own shapes, names and files.

    A cell lists its own in `joined`. Who loops over time makes them once (`weights_joined`).
    """

    @abc.abstractmethod
    def join(self):
        """Return the tensor, or the nested structure of tensors, from the weights as they are."""

    @property
    def given(self):
        """Whether a loop has given the tensors."""
        return id(self) in getattr(_ACTIVE, "tensors", {})

    @property
    def tensors(self):
        """Those that a loop has given, or else made now."""
        return _ACTIVE.tensors[id(self)] if self.given else self.join()


def joined_weights(cell):
    """Return all `JoinedWeights` of a cell and of those inside it."""
    return [each for layer in cell._flatten_layers() for each in getattr(layer, "joined", ())]


@contextlib.contextmanager
def weights_joined(cell):
    """Join the weights of a cell, and of those inside it, for all calls in this context.

    Those that are given already stay: who traces a graph can join them once for all its calls.
    """
    found = [each for each in joined_weights(cell) if not each.given]
    with tensors_given(found, [each.join() for each in found]):
        yield


@contextlib.contextmanager
def tensors_given(joined, tensors):
    """Let these `JoinedWeights` have these tensors inside."""
    outer = getattr(_ACTIVE, "tensors", {})
    found = {id(each): tensor for each, tensor in zip(joined, tensors, strict=True)}
    _ACTIVE.tensors = {**outer, **found}
    try:
        yield
    finally:
        _ACTIVE.tensors = outer
