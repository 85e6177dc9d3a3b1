"""Optional packages: the module, or an error with the line that installs it."""

import sys

import pytest

from st_keras.export.optional_package import require_safetensors, require_torch

CASES = [("torch", require_torch), ("safetensors", require_safetensors)]


@pytest.mark.parametrize(("name", "require"), CASES)
def test_the_module(name, require):
    pytest.importorskip(name, reason=f"needs the optional package {name}")
    assert require("reader") is sys.modules[name]


@pytest.mark.parametrize(("name", "require"), CASES)
def test_without_it(name, require, monkeypatch):
    for module in (name, f"{name}.numpy"):
        monkeypatch.setitem(sys.modules, module, None)
    message = (
        rf"reader: received a file of a format that needs .*not installed.*"
        rf"Required: the package {name}, or .*\.npz.*pip install 'st_keras\[torch\]'"
    )
    with pytest.raises(ValueError, match=message):
        require("reader")
