"""What a SavedModel can be asked, as text."""

import pathlib

from tensorflow.core.protobuf import saved_model_pb2

from st_keras.export.serving.signature import STATE, json_of_protos, signatures_of_json
from st_keras.text_table import text_table


def signature_table(path):
    """Return a table of the signatures of a SavedModel, as the file on disk says them.

    Args:
        path: str or path of the folder.

    Returns:
        str, a line for each input and output; ? is a free size.
    """
    saved = saved_model_pb2.SavedModel()
    saved.ParseFromString((pathlib.Path(path) / "saved_model.pb").read_bytes())
    definitions = json_of_protos(saved.meta_graphs[0].signature_def)
    rows = [("signature", "inputs", "outputs")]
    for name, signature in signatures_of_json(definitions).items():
        inputs, outputs = _lines(signature.inputs), _lines(signature.outputs)
        for i in range(max(len(inputs), len(outputs))):
            sides = ("".join(side[i : i + 1]) for side in (inputs, outputs))
            rows.append(("" if i else name, *sides))
    return text_table(rows, left=(0, 1, 2))


def _lines(tensors):
    """Return "name (sizes) dtype" of each tensor, states last."""
    order = sorted(tensors, key=lambda name: (name.startswith(STATE), name))
    return [f"{name} {_sizes(tensors[name].shape)} {tensors[name].dtype}" for name in order]


def _sizes(shape):
    return f"({', '.join('?' if size is None else str(size) for size in shape)})"
