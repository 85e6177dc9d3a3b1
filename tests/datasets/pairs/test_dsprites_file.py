import numpy as np
import pytest

from st_keras.datasets.pairs.dsprites_file import load_dsprites
from tests.datasets.pairs.small_grids import check_grid, random_images, shrink_grid, write_dsprites
from tests.refusals import refused


@pytest.fixture
def spec(monkeypatch):
    return shrink_grid(monkeypatch, "dsprites")


def refuses(path, match):
    assert refused(match, load_dsprites, path, verbose=0).startswith("load_dsprites: ")


@pytest.mark.parametrize("shuffled", [False, True])
def test_file(tmp_path, spec, shuffled):
    images = random_images(spec)
    order = np.random.default_rng(0).permutation(len(spec)) if shuffled else None
    path = write_dsprites(tmp_path / "a.npz", spec, images, order)
    check_grid(load_dsprites(path, verbose=0), spec, images)
    check_grid(load_dsprites(path, tmp_path / "a.npy", verbose=0), spec, images)


def test_wrong_files(tmp_path, spec):
    images, path = random_images(spec), tmp_path / "a.npz"
    refuses(path, "which is no file")
    refuses(write_dsprites(path, spec, images, imgs=None), "without imgs")
    refuses(write_dsprites(path, spec, images, latents_classes=None), "classes of shape None")
    short = np.zeros((len(spec), 5), int)
    refuses(write_dsprites(path, spec, images, latents_classes=short), r"\(144, 5\).*\(144, 6\)")
    refuses(
        write_dsprites(path, spec, images * np.uint8(255)),
        "values up to 255.*0 to 1 for",
    )
    refuses(write_dsprites(path, spec, images, imgs=images[1:, ..., 0]), r"\(143, 8, 8\)")
    content = write_dsprites(path, spec, images).read_bytes()
    path.write_bytes(content[: len(content) // 2])
    refuses(path, "which does not open")
