"""Write arrays to a checkpoint file that is there whole or not at all."""

import io
import pathlib

import numpy as np

from st_keras.export.checkpoint_file import INSTEAD, require_torch
from st_keras.files.whole_file import whole_file
from st_keras.files.whole_folder import check_new
from st_keras.models.slowvae.slowvae import PUBLISHED_LEARNING_RATE
from st_keras.validation import error, require

TORCH = (".ckpt", ".pth", ".pt")
SUFFIXES = (*TORCH, ".npz", ".safetensors")


def write_checkpoint(where, path, arrays, layout="net_param"):
    """Write named arrays as a new file, in the format of its ending.

    Args:
        where: str. Who asks; the errors begin with it.
        path: str or path of a file that does not exist, ending in .ckpt, .pth or .pt (PyTorch),
            .npz or .safetensors. Missing folders are made.
        arrays: dict from names to arrays.
        layout: what a PyTorch file has around the arrays: "net_param", as PredRNN's and ModeRNN's
            code reads, or "model_states", as SlowVAE's does, with an optimizer that has not
            started. Default "net_param".

    Returns:
        `pathlib.Path` of the file.

    Raises:
        ValueError: for another ending, if something is there already, if the package that writes
            the format is not installed, or if the file cannot be written.

    Example:

    >>> write_checkpoint("example", "weights.npz", {"a": np.ones(2)}).name
    'weights.npz'
    """
    path = pathlib.Path(path)
    _check_path(where, path)
    # In memory first: the formats' own writers report a full disk each in another way.
    content = _content(where, path.suffix, arrays, layout)
    with whole_file(path, where) as unfinished:
        unfinished.write_bytes(content)
    return path


def _check_path(where, path):
    if path.suffix not in SUFFIXES:
        raise error(
            where,
            f"path={str(path)!r}",
            f"a file name that ends in one of {', '.join(SUFFIXES)}",
            "The ending says the format; .ckpt is that of the reference codes.",
        )
    check_new(where, path)


def _content(where, suffix, arrays, layout):
    """Return the bytes of the file."""
    if suffix == ".safetensors":
        save = require(where, "safetensors.numpy", "safetensors", "torch", INSTEAD).save
        # It writes the memory as it lies.
        return save({name: np.array(array, order="C") for name, array in arrays.items()})
    buffer = io.BytesIO()
    if suffix == ".npz":
        np.savez(buffer, **arrays)
    else:
        torch = require_torch(where)
        torch.save(_torch_content(torch, arrays, layout), buffer)
    return buffer.getbuffer()


def _torch_content(torch, arrays, layout):
    tensors = {name: torch.from_numpy(np.array(array, order="C")) for name, array in arrays.items()}
    if layout == "net_param":
        return {"net_param": tensors}
    return {
        "iter": 0,
        "model_states": {"net": tensors},
        "optim_states": {"optim": _adam_that_has_not_started(len(tensors))},
    }


def _adam_that_has_not_started(count):
    """Return the state dict of `torch.optim.Adam` over so many tensors.

    Not from PyTorch: its optimizers import triton, where that is installed, and triton crashes
    Python if TensorFlow is loaded.
    """
    group = {
        "lr": PUBLISHED_LEARNING_RATE,
        "betas": (0.9, 0.999),
        "eps": 1e-8,
        "weight_decay": 0,
        "amsgrad": False,
        "params": list(range(count)),
    }
    return {"state": {}, "param_groups": [group]}
