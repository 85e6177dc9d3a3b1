"""Signatures of a served model: names, shapes and dtypes of inputs and outputs."""

import dataclasses
import math

STATE = "state_"  # how the names of the states of a stream begin
INITIALIZER = "__saved_model_init_op"  # in every SavedModel, and no function to be called
# Numbers and bools, by their names in JSON: nothing that needs decoding.
DTYPES = {
    **{"DT_FLOAT": "float32", "DT_DOUBLE": "float64", "DT_BOOL": "bool", "DT_UINT8": "uint8"},
    **{"DT_INT8": "int8", "DT_INT16": "int16", "DT_INT32": "int32", "DT_INT64": "int64"},
}


KNOWN = "known"  # the state of a stream that knows missing pixels
RAIN = "exceedance"  # a signature that only a Nowcaster has


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


def takes_missing(signatures):
    """Whether a served model takes NaN for missing values: its streams then remember them.

    A Nowcaster has no streams; one that was exported to refuse NaN says so itself.

    Args:
        signatures: dict from names to `Signature`.

    Example:

    >>> takes_missing({"step": Signature({"state_known": TensorSpec(None, "float32")}, {})})
    True
    """
    known = any(STATE + KNOWN in signature.inputs for signature in signatures.values())
    return known or RAIN in signatures


def signatures_of_json(definitions):
    """Return `{name: Signature}` of what REST's metadata say.

    Example:

    >>> shape = {"dim": [{"size": "-1"}, {"size": "3"}]}
    >>> codes = {"codes": {"dtype": "DT_FLOAT", "tensor_shape": shape}}
    >>> signatures_of_json({"decode": {"inputs": codes, "outputs": {}}})["decode"].inputs["codes"]
    TensorSpec(shape=(None, 3), dtype='float32')
    """
    return {
        name: Signature(_specs(definition.get("inputs", {})), _specs(definition.get("outputs", {})))
        for name, definition in sorted(definitions.items())
        if name != INITIALIZER
    }


def json_of_protos(definitions):
    """Return the same form of a mapping from names to `SignatureDef` messages."""
    from google.protobuf.json_format import MessageToDict

    return {
        name: MessageToDict(definition, preserving_proto_field_name=True)
        for name, definition in definitions.items()
    }


def _specs(tensors):
    return {name: _spec(tensors[name]) for name in sorted(tensors)}


def _spec(tensor):
    shape = tensor.get("tensor_shape", {})
    sizes = [int(dim.get("size", 0)) for dim in shape.get("dim", [])]
    known = tuple(None if size < 0 else size for size in sizes)
    dtype = DTYPES.get(tensor.get("dtype"), "other")
    return TensorSpec(None if shape.get("unknown_rank") else known, dtype)
