"""Packages that only some checkpoint formats need, loaded when one of these is asked for."""

import re

from st_keras.validation import error

OLDEST_TORCH = (2, 6)


def require_torch(where):
    """Return the module `torch`, of a version whose files run no code.

    Before 2.6 a file can have code run although it is opened with `weights_only=True`
    (CVE-2025-32434).

    Args:
        where: str. Who asks; the error begins with it.

    Raises:
        ValueError: if it is not installed, or older than 2.6.
    """
    try:
        import torch
    except ImportError as reason:
        raise _absent(where, "PyTorch", "torch", reason) from reason
    version = str(getattr(torch, "__version__", "of no version"))
    numbers = re.match(r"(\d+)\.(\d+)", version)
    if not numbers or tuple(map(int, numbers.groups())) < OLDEST_TORCH:
        raise error(
            where,
            f"PyTorch {version}, in which a file can run code that stands in it, whatever it is "
            "told (CVE-2025-32434)",
            "PyTorch 2.6 or newer, or the same arrays in a .npz or .safetensors file",
            "Install it with: pip install 'st_keras[torch]'",
        )
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
