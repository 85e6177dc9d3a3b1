"""The weights in what a checkpoint file holds: wrappers and prefixes off, in float32."""

import re
from collections.abc import Mapping

import numpy as np

from st_keras.files.unpacked_size import check_expansion
from st_keras.validation import error

# Keys under which trainers keep the state dict: THUML's, Lightning's (OpenSTL), SlowVAE's (two,
# one in the other), and others that are usual.
WRAPPERS = ("net_param", "state_dict", "model_states", "model_state_dict", "net", "model")
DEEPEST = 8  # wrappers inside each other; who writes two comes nowhere near
# What DataParallel, Lightning and torch.compile put before the names.
PREFIX = re.compile(r"(module|model|network|net|_orig_mod)\.")


def state_dict_of(where, content):
    """Find the weights in the content of a checkpoint.

    Args:
        where: str. Who asks; the errors begin with it.
        content: mapping: names to arrays or tensors, or one that holds such a mapping under
            "net_param", "state_dict", "model_states" or a similar key, also nested.

    Returns:
        Dict from names, without prefixes that all of them have ("module.", "model."), to arrays:
        float32 for all kinds of floats, integers as they are.

    Raises:
        ValueError: if there is no mapping of names to arrays, one that wraps itself, or one of
            tensors that repeat a few numbers without end, or numbers are not finite.

    Example:

    >>> found = state_dict_of("example", {"net_param": {"module.w": np.ones(2, "float16")}})
    >>> found
    {'w': array([1., 1.], dtype=float32)}
    """
    for _ in range(DEEPEST + 1):
        keys = WRAPPERS if isinstance(content, Mapping) else ()
        inner = next((key for key in keys if isinstance(content.get(key), Mapping)), None)
        if inner is None:
            break
        content = content[inner]
    else:
        raise _no_weights(where, f"more than {DEEPEST} wrappers inside each other, or in itself")
    if not isinstance(content, Mapping) or not content:
        kind = "nothing" if isinstance(content, Mapping) else f"a {type(content).__name__}"
        raise _no_weights(where, kind)
    others = [str(name) for name, value in content.items() if not _is_weight(name, value)]
    if others:
        raise _no_weights(where, f"entries that are no arrays of numbers: {others[:8]}")
    weights = {name: _to_array(where, name, value) for name, value in content.items()}
    _check_numbers(where, weights)
    return _without_prefix(weights)


def _is_weight(name, value):
    return isinstance(name, str) and hasattr(value, "shape") and hasattr(value, "dtype")


def _to_array(where, name, value):
    if hasattr(value, "detach"):
        return _from_tensor(where, name, value)
    array = np.asarray(value)
    floating = array.dtype.kind == "f" or array.dtype.name == "bfloat16"
    with np.errstate(over="ignore"):  # refused below, as not finite
        return array.astype("float32") if floating else array


def _from_tensor(where, name, tensor):
    try:
        tensor = tensor.detach().cpu()
        # One number may be said to stand at a billion places.
        check_expansion(tensor.numel() * 4, tensor.untyped_storage().nbytes())
        # NumPy has no bfloat16.
        return (tensor.float() if tensor.is_floating_point() else tensor).numpy()
    except Exception as reason:  # sparse and quantized ones, and those without content, raise many
        text = (str(reason).strip() or type(reason).__name__).splitlines()[0]
        raise _no_weights(where, f"the tensor {name}, which is no array ({text})") from reason


def _check_numbers(where, weights):
    strange = [f"{n} ({a.dtype})" for n, a in weights.items() if a.dtype.kind not in "fiub"]
    if strange:
        raise _no_weights(where, f"arrays that hold no real numbers: {strange[:8]}")
    broken = [name for name, array in weights.items() if not np.isfinite(array).all()]
    if broken:
        raise error(
            where,
            f"weights that are not finite (beyond float32, NaN or infinite): {broken[:8]}",
            "finite weights",
            "Take a checkpoint from before the training diverged.",
        )


def _without_prefix(weights):
    while True:
        match = PREFIX.match(next(iter(weights)))
        if not match or not all(name.startswith(match[0]) for name in weights):
            return weights
        weights = {name[match.end() :]: array for name, array in weights.items()}


def _no_weights(where, received):
    return error(
        where,
        f"a checkpoint with {received}",
        f"a mapping from names to arrays, by itself or under one of {', '.join(WRAPPERS)}",
        "Save the state_dict() of the model by itself.",
    )
