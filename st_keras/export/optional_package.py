"""Packages that only some checkpoint formats need, loaded when one of these is asked for."""

from st_keras.validation import error


def require_torch(where):
    """Return the module `torch`.

    Args:
        where: str. Who asks; the error begins with it.

    Raises:
        ValueError: if it is not installed.
    """
    try:
        import torch
    except ImportError as reason:
        raise _absent(where, "PyTorch", "torch", reason) from reason
    return torch


def require_safetensors(where):
    """Return the module `safetensors`, its NumPy interface loaded.

    Args:
        where: str. Who asks; the error begins with it.

    Raises:
        ValueError: if it is not installed.
    """
    try:
        import safetensors.numpy
    except ImportError as reason:
        raise _absent(where, "safetensors", "safetensors", reason) from reason
    return safetensors


def _absent(where, name, package, reason):
    return error(
        where,
        f"a file of a format that needs {name}, which is not installed ({reason})",
        f"the package {package}, or the same arrays in a .npz file, which needs none",
        "Install it with: pip install 'st_keras[torch]'",
    )
