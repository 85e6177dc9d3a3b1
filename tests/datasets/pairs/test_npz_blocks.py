import numpy as np
import pytest

from st_keras.datasets.pairs import npz_blocks
from st_keras.datasets.pairs.npz_blocks import read_npz_blocks
from tests.refusals import refused

IMAGES = np.random.default_rng(0).integers(0, 256, (2, 3, 4, 5, 6, 3)).astype("uint8")
FLAT = IMAGES.reshape(24, 5, 6, 3)


def read(path, key="images", shape=(5, 6, 3), count=24):
    return list(read_npz_blocks("reader", path, key, shape, count))


def refuses(path, match, **arguments):
    assert refused(match, read, path, **arguments).startswith("reader: ")


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("images", [IMAGES, FLAT])
def test_blocks(tmp_path, monkeypatch, save, images):
    monkeypatch.setattr(npz_blocks, "_BLOCK", 7 * 90 + 1)
    save(tmp_path / "a.npz", other=np.zeros(3), images=images)
    got = read(tmp_path / "a.npz")
    assert [len(block) for block in got] == [7, 7, 7, 3]
    np.testing.assert_array_equal(np.concatenate(got), FLAT)


def test_a_last_axis_of_one_may_be_missing(tmp_path):
    for images in (FLAT[..., 0], FLAT[..., :1]):
        np.savez(tmp_path / "a.npz", images=images)
        got = read(tmp_path / "a.npz", shape=(5, 6, 1))
        np.testing.assert_array_equal(np.concatenate(got), FLAT[..., :1])


def test_wrong_files(tmp_path):
    path = tmp_path / "a.npz"
    refuses(path, "which is no file")
    np.savez(path, a=FLAT, b=FLAT)
    refuses(path, r"without images \(it has a, b\)")
    for images in (FLAT[1:], FLAT[..., :2], FLAT.astype("float32"), np.asfortranarray(FLAT)):
        np.savez(path, images=images)
        refuses(path, r"images of shape .*Required: uint8, 24 images of \(5, 6, 3\) in C order")
    np.savez(path, images=np.array([{}], dtype=object))
    refuses(path, "images of shape .1,., dtype object")
    path.write_bytes(b"no archive")
    refuses(path, "which does not open .BadZipFile")


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_damaged_files(tmp_path, save):
    path = tmp_path / "a.npz"
    save(path, images=FLAT)
    content = path.read_bytes()
    for length in (0, 10, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        refuses(path, "which does not open")
    damaged = bytearray(content)
    for place in range(600, 700):
        damaged[place] ^= 0xFF
    path.write_bytes(damaged)
    refuses(path, "which does not open")


def test_an_array_without_a_header(tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("images.npy", b"no array")
    refuses(tmp_path / "a.npz", "no NumPy array in it")
