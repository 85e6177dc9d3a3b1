"""Files of every format: what was given stands in them; whole, new, or not there."""

import importlib
import os
import sys

import numpy as np
import pytest

from st_keras.export.checkpoint_file import read_checkpoint
from st_keras.export.whole_checkpoint import write_checkpoint

# One array in another memory order, one without axes, one of ints.
ARRAYS = {"a": np.arange(6, dtype="float32").reshape(2, 3).T, "n": np.array(3), "s": np.float32(2)}
REASON = "needs PyTorch and safetensors: pip install 'st_keras[torch]'"


@pytest.mark.parametrize("suffix", [".npz", ".safetensors", ".ckpt", ".pth", ".pt"])
def test_formats(suffix, tmp_path):
    for package in ("torch", "safetensors"):
        pytest.importorskip(package, reason=REASON)
    path = write_checkpoint("writer", str(tmp_path / "new" / f"w{suffix}"), ARRAYS)
    content = read_checkpoint("reader", path)
    if suffix not in (".npz", ".safetensors"):
        assert list(content) == ["net_param"]
        content = content["net_param"]
    assert set(content) == set(ARRAYS)
    for name, array in ARRAYS.items():
        read = np.asarray(content[name])
        assert (read.shape, read.dtype) == (array.shape, array.dtype)
        np.testing.assert_array_equal(read, array)
    assert os.listdir(path.parent) == [path.name]


def test_layout_of_slowvae(tmp_path):
    torch = pytest.importorskip("torch", reason=REASON)
    arrays = {"a": np.ones(2, "float32"), "b": np.zeros(3, "float32")}
    path = write_checkpoint("writer", tmp_path / "last.pt", arrays, layout="model_states")
    content = read_checkpoint("reader", path)
    assert set(content) == {"iter", "model_states", "optim_states"}
    assert list(content["model_states"]["net"]) == ["a", "b"]
    parameters = [torch.zeros(2, requires_grad=True), torch.zeros(3, requires_grad=True)]
    adam = torch.optim.Adam(parameters, lr=7.0)
    adam.load_state_dict(content["optim_states"]["optim"])
    (group,) = adam.param_groups
    fresh = torch.optim.Adam(parameters, lr=1e-4).param_groups[0]
    assert {name: group[name] for name in fresh if name != "params"} == {
        name: value for name, value in fresh.items() if name != "params"
    }
    sum(p.sum() for p in parameters).backward()
    adam.step()
    np.testing.assert_allclose(parameters[0].detach(), -1e-4 * np.ones(2), rtol=1e-5)


class NoDynamo:
    """PyTorch's optimizers import it, and with TensorFlow loaded its Triton crashes Python."""

    def find_spec(self, name, path=None, target=None):
        assert name not in ("triton", "torch._dynamo"), name


def test_no_triton_beside_tensorflow(tmp_path, monkeypatch):
    pytest.importorskip("torch", reason=REASON)
    for name in [n for n in sys.modules if n.startswith(("triton", "torch._dynamo"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [NoDynamo(), *sys.meta_path])
    with pytest.raises(AssertionError, match=r"torch\._dynamo"):
        importlib.import_module("torch._dynamo")
    arrays = {"a": np.ones(2, "float32")}
    path = write_checkpoint("w", tmp_path / "last.pt", arrays, "model_states")
    assert "model_states" in read_checkpoint("r", path)


def test_refusals_leave_everything_as_it_was(tmp_path, monkeypatch):
    (tmp_path / "w.npz").write_text("mine")
    cases = [
        ("w.npz", r"which exists\. Required: a path that does not exist yet"),
        ("w.keras", r"path='.*w.keras'\. Required: a file name that ends in one of .ckpt, .pth"),
        ("w.npz/below.npz", r"when '.*below.npz' was to be written"),
    ]
    for name, message in cases:
        with pytest.raises(ValueError, match=f"writer: received .*{message}"):
            write_checkpoint("writer", tmp_path / name, ARRAYS)

    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fail)  # the very last step
    with pytest.raises(ValueError, match=r"No space left on device when .*Make room"):
        write_checkpoint("writer", tmp_path / "other.npz", ARRAYS)
    assert os.listdir(tmp_path) == ["w.npz"]
    assert (tmp_path / "w.npz").read_text() == "mine"
