"""Signatures of a served model: names, shapes and dtypes of inputs and outputs."""

import dataclasses
import math

from st_keras.export.serving.tensor_dtypes import dtype_label, dtype_name

INITIALIZER = "__saved_model_init_op"  # in every SavedModel, and no function to be called


@dataclasses.dataclass(frozen=True)
class TensorSpec:
    """One input or output.

    Args:
        shape: tuple with None for sizes that are free; or None, if even the rank is.
        dtype: str, such as "float32"; "other" of what is neither numbers nor bools.
    """

    shape: tuple | None
    dtype: str

    @property
    def most_values(self):
        """How many values there are, sizes of 0 counted as 1; for a shape without free sizes.

        >>> TensorSpec((2, 0, 3), "float32").most_values
        6
        """
        return math.prod(size or 1 for size in self.shape)

    def accepts(self, shape):
        """Whether an array of that shape fits."""
        if self.shape is None:
            return True
        pairs = zip(self.shape, shape, strict=False)
        return len(self.shape) == len(shape) and all(n in (None, m) for n, m in pairs)


@dataclasses.dataclass(frozen=True)
class Signature:
    """One function of a served model.

    Args:
        inputs: dict from names to `TensorSpec`.
        outputs: the same of what it returns.
    """

    inputs: dict
    outputs: dict


def signatures_of_protos(definitions):
    """Return `{name: Signature}` of a mapping to `SignatureDef` messages."""

    def spec(tensor):
        shape = tensor.tensor_shape
        sizes = tuple(None if dim.size < 0 else dim.size for dim in shape.dim)
        return TensorSpec(None if shape.unknown_rank else sizes, dtype_name(tensor.dtype))

    return {
        name: _signature(definition.inputs, definition.outputs, spec)
        for name, definition in sorted(definitions.items())
        if name != INITIALIZER
    }


def signatures_of_json(definitions):
    """Return `{name: Signature}` of the same in JSON, as REST's metadata have it.

    Example:

    >>> shape = {"dim": [{"size": "-1"}, {"size": "3"}]}
    >>> codes = {"codes": {"dtype": "DT_FLOAT", "tensor_shape": shape}}
    >>> signatures_of_json({"decode": {"inputs": codes, "outputs": {}}})["decode"].inputs["codes"]
    TensorSpec(shape=(None, 3), dtype='float32')
    """

    def spec(tensor):
        shape = tensor.get("tensor_shape", {})
        sizes = [int(dim.get("size", 0)) for dim in shape.get("dim", [])]
        known = tuple(None if size < 0 else size for size in sizes)
        return TensorSpec(None if shape.get("unknown_rank") else known, dtype_name(tensor["dtype"]))

    return {
        name: _signature(definition.get("inputs", {}), definition.get("outputs", {}), spec)
        for name, definition in sorted(definitions.items())
        if name != INITIALIZER
    }


def json_of_protos(definitions):
    """Return what `signatures_of_json` reads, of a mapping to `SignatureDef` messages."""

    def tensors(infos):
        return {
            name: {
                "dtype": dtype_label(info.dtype),
                "tensor_shape": {
                    "dim": [{"size": str(dim.size), "name": ""} for dim in info.tensor_shape.dim],
                    "unknown_rank": info.tensor_shape.unknown_rank,
                },
                "name": info.name,
            }
            for name, info in infos.items()
        }

    return {
        name: {
            "inputs": tensors(definition.inputs),
            "outputs": tensors(definition.outputs),
            "method_name": definition.method_name,
        }
        for name, definition in definitions.items()
    }


def _signature(inputs, outputs, spec):
    return Signature(
        *({name: spec(each[name]) for name in sorted(each)} for each in (inputs, outputs))
    )
