"""Optional packages: the module, or an error with the line that installs it."""

import configparser
import sys
import types

import pytest

from st_keras.export.optional_package import OLDEST_TORCH, require_safetensors, require_torch
from tests.architecture.sources import REPOSITORY

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


@pytest.mark.parametrize("version", ["2.5.1", "2.5.1+cpu", "1.13.0", "0.4", "unknown", None])
def test_a_torch_whose_files_can_run_code_is_refused(version, monkeypatch):
    torch = types.ModuleType("torch")
    if version:
        torch.__version__ = version
    monkeypatch.setitem(sys.modules, "torch", torch)
    message = r"reader: received PyTorch .*CVE-2025-32434.*Required: PyTorch 2\.6.*pip install"
    with pytest.raises(ValueError, match=message):
        require_torch("reader")


@pytest.mark.parametrize("version", ["2.6.0", "2.6.0a0+df5bbc09d1.nv24.12", "2.13.0+cpu", "10.0"])
def test_newer_ones_are_taken(version, monkeypatch):
    torch = types.ModuleType("torch")
    torch.__version__ = version
    monkeypatch.setitem(sys.modules, "torch", torch)
    assert require_torch("reader") is torch


def test_the_extra_asks_for_what_is_required():
    settings = configparser.ConfigParser()
    settings.read(REPOSITORY / "setup.cfg")
    oldest = ".".join(map(str, OLDEST_TORCH))
    assert f"torch>={oldest}" in settings["options.extras_require"]["torch"].split()
