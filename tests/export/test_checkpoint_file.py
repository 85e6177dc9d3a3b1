"""Files of every format, whole, damaged and foreign; nothing that is pickled is run."""

import configparser
import os
import pickle
import struct
import sys
import types
import zipfile

import numpy as np
import pytest

from st_keras.export.checkpoint_file import OLDEST_TORCH, read_checkpoint, require_torch
from tests.architecture.sources import REPOSITORY
from tests.files.damage import encrypted, flipped, npz_bomb

ARRAYS = {"a": np.arange(6, dtype="float32").reshape(2, 3), "n": np.array(3)}


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="needs PyTorch: pip install 'st_keras[torch]'")


@pytest.fixture
def safetensors():
    reason = "needs safetensors: pip install 'st_keras[torch]'"
    return pytest.importorskip("safetensors.numpy", reason=reason)


def assert_equal_arrays(received, expected=ARRAYS):
    assert set(received) == set(expected)
    for name, array in expected.items():
        np.testing.assert_array_equal(np.asarray(received[name]), array)


def refused(path, message):
    with pytest.raises(ValueError, match=rf"(?s)reader: received .*{message}.*Required: .*"):
        read_checkpoint("reader", path)


def test_npz(tmp_path):
    np.savez(tmp_path / "w.npz", **ARRAYS)
    assert_equal_arrays(read_checkpoint("reader", tmp_path / "w.npz"))


def test_safetensors(safetensors, tmp_path):
    path = tmp_path / "w.safetensors"
    safetensors.save_file(ARRAYS, path)
    assert_equal_arrays(read_checkpoint("reader", str(path)))
    path.write_bytes(path.read_bytes()[:-3])
    refused(path, "a damaged file")


def test_bfloat16_in_safetensors(safetensors, tmp_path):
    content = b'{"w":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}'
    bits = np.array([1.5, -3.0], "float32").view("uint32") >> 16
    head = len(content).to_bytes(8, "little")
    (tmp_path / "w").write_bytes(head + content + bits.astype("<u2").tobytes())
    assert_equal_arrays(read_checkpoint("reader", tmp_path / "w"), {"w": [1.5, -3.0]})
    strange = content.replace(b'"BF16","shape":[2]', b'"C64","shape":[1]')
    strange = strange.replace(b"[0,4]", b"[0,8]")
    (tmp_path / "w").write_bytes(len(strange).to_bytes(8, "little") + strange + bytes(8))
    refused(tmp_path / "w", "w is stored as C64")


@pytest.mark.parametrize("zipped", [True, False])
def test_torch_under_any_name(torch, zipped, tmp_path):
    content = {"net_param": {name: torch.tensor(array) for name, array in ARRAYS.items()}}
    path = tmp_path / "model.ckpt-80000"
    with open(path, "wb") as file:
        torch.save(content, file, _use_new_zipfile_serialization=zipped)
    assert_equal_arrays(read_checkpoint("reader", path)["net_param"])
    for keep in (0.2, 0.9):
        (tmp_path / "cut").write_bytes(path.read_bytes()[: int(keep * path.stat().st_size)])
        refused(tmp_path / "cut", "damaged")


class Malicious:
    """Runs a command when it is unpickled."""

    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


@pytest.mark.parametrize("kind", ["zipped", "legacy", "bare"])
def test_pickled_code_is_not_run(torch, kind, tmp_path):
    trap = {"net_param": Malicious(f"touch {tmp_path / 'sprung'}")}
    path = tmp_path / "model.ckpt"
    with open(path, "wb") as file:
        if kind == "bare":
            pickle.dump(trap, file)
        else:
            torch.save(trap, file, _use_new_zipfile_serialization=kind == "zipped")
    refused(path, "which holds pickled objects other than arrays")
    assert os.listdir(tmp_path) == ["model.ckpt"]


def test_torch_is_told_to_load_weights_only(tmp_path, monkeypatch):
    asked = {}

    class Torch:
        @staticmethod
        def load(path, **options):
            asked.update(options)
            return {}

    monkeypatch.setattr("st_keras.export.checkpoint_file.require_torch", lambda where: Torch)
    (tmp_path / "w.pth").write_bytes(pickle.dumps({}))
    read_checkpoint("reader", tmp_path / "w.pth")
    assert asked == {"map_location": "cpu", "weights_only": True}


@pytest.mark.parametrize(
    ("content", "module", "package"),
    [
        (b"\x80\x02anything", "torch", "PyTorch"),
        (bytes([2, *[0] * 7]) + b"{}", "safetensors", "safetensors"),
    ],
)
def test_without_the_package_that_reads_it(content, module, package, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    (tmp_path / "w").write_bytes(content)
    message = rf"without {package} .*or the same arrays in a \.npz .*'st_keras\[torch\]'"
    with pytest.raises(ValueError, match=f"reader: received an installation {message}"):
        read_checkpoint("reader", tmp_path / "w")


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


def test_npz_with_objects(tmp_path):
    np.savez(tmp_path / "w.npz", a=np.array([Malicious("false")], dtype=object))
    refused(tmp_path / "w.npz", "which holds pickled objects.*Object arrays cannot be loaded")


def test_damaged_npz(tmp_path):
    path = tmp_path / "w.npz"
    np.savez(path, **ARRAYS)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    refused(path, "a damaged file .the end of the archive is missing")
    at = whole.index(ARRAYS["a"].tobytes())
    path.write_bytes(whole[:at] + b"\xff" + whole[at + 1 :])
    refused(path, "a damaged file .Bad CRC-32")


def test_foreign_files(tmp_path):
    refused(tmp_path / "absent", "which is no file")
    for name, content, message in (
        ("empty", b"", "an empty file"),
        ("text", b"some words that are no weights", "which is no checkpoint"),
        ("png", b"\x89PNG\r\n\x1a\n" + bytes(20), "which is no checkpoint"),
    ):
        (tmp_path / name).write_bytes(content)
        refused(tmp_path / name, message)
    for member, message in (
        ("model.weights.h5", "a Keras file.*keras.models.load_model"),
        ("words.txt", "an archive of something else"),
    ):
        with zipfile.ZipFile(tmp_path / "archive", "w") as archive:
            archive.writestr(member, "words")
        with pytest.raises(ValueError, match=message):
            read_checkpoint("reader", tmp_path / "archive")


def test_whatever_is_wrong_with_an_archive_is_one_refusal(tmp_path):
    path = tmp_path / "w.npz"
    np.savez(path, a=np.arange(4, dtype="uint8"))
    whole = path.read_bytes()
    path.write_bytes(encrypted(whole))
    refused(path, "a damaged file .*encrypted")
    refusals = 0
    for changed in flipped(whole, range(0, 8 * len(whole), 3)):
        path.write_bytes(changed)
        try:
            read_checkpoint("reader", path)
        except ValueError as reason:
            refusals += 1
            assert "reader: received" in str(reason) and "Required:" in str(reason)
    assert refusals > 100


def test_an_archive_of_several_disks(tmp_path):
    """About which zipfile raises already when it is asked whether it is an archive."""
    path = tmp_path / "w.npz"
    np.savez(path, a=np.arange(4, dtype="uint8"))
    whole = path.read_bytes()
    locator = b"PK\x06\x07" + struct.pack("<LQL", 1, 0, 1)  # of the second disk
    path.write_bytes(whole[:-22] + locator + whole[-22:])
    refused(path, "a damaged file .zipfiles that span multiple disks")


def test_archives_that_expand_too_far(tmp_path):
    message = "would unpack to 300.0 MB, packed into 0.3 MB, .* 32 times that"
    refused(npz_bomb(tmp_path / "w.npz"), message)
    # PyTorch's own archives can be compressed, too.
    with zipfile.ZipFile(tmp_path / "w.pt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("w/data.pkl", pickle.dumps({}))
        archive.writestr("w/data/0", bytes(40_000_000))
    refused(tmp_path / "w.pt", "would unpack to 40.0 MB")


DEEP = b"\x80\x02}" + b")" + b"\x85" * 100_000 + b"Ns."


@pytest.mark.parametrize("zipped", [True, False])
def test_pickles_that_nest_without_end(torch, zipped, tmp_path):
    path = tmp_path / "w.pt"
    if zipped:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("w/data.pkl", DEEP)
    else:
        with open(path, "wb") as file:
            torch.save({}, file, _use_new_zipfile_serialization=False)
        content = path.read_bytes()
        assert content.count(b"\x80\x02}") >= 1
        path.write_bytes(content[: content.rindex(b"\x80\x02}q")] + DEEP)
    refused(path, "more than 100 containers inside each other")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("names", [("DATA.PKL", "data.pkl"), ("data.pkl", "data.pkl")])
def test_nesting_beside_a_harmless_pickle_of_that_name(torch, names, tmp_path):
    with zipfile.ZipFile(tmp_path / "w.pt", "w") as archive:
        archive.writestr(f"w/{names[0]}", DEEP)
        archive.writestr(f"w/{names[1]}", b"\x80\x02}.")
    refused(tmp_path / "w.pt", "more than 100 containers inside each other")


def test_nesting_before_a_harmless_archive(torch, tmp_path):
    """PyTorch looks at the first bytes, where the end of a file makes it a zip archive too."""
    path = tmp_path / "w.pt"
    path.write_bytes(DEEP)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("w/data.pkl", b"\x80\x02}.")
    assert zipfile.is_zipfile(path)
    refused(path, "more than 100 containers inside each other")
