import numpy as np
import pytest

from st_keras.datasets.pairs import shapes3d_file
from st_keras.datasets.pairs.shapes3d_file import load_shapes3d
from tests.datasets.pairs.small_grids import check_grid, random_images, shrink_grid, write_shapes3d
from tests.refusals import refused


@pytest.fixture
def spec(monkeypatch):
    return shrink_grid(monkeypatch, "shapes3d")


def refuses(path, match):
    assert refused(match, load_shapes3d, path, verbose=0).startswith("load_shapes3d: ")


@pytest.mark.parametrize("shuffled", [False, True])
def test_file(tmp_path, spec, shuffled, monkeypatch):
    monkeypatch.setattr(shapes3d_file, "_BLOCK", 100)
    images = random_images(spec)
    order = np.random.default_rng(0).permutation(len(spec)) if shuffled else None
    path = write_shapes3d(tmp_path / "a.h5", spec, images, order)
    check_grid(load_shapes3d(path, verbose=0), spec, images)
    check_grid(load_shapes3d(path, tmp_path / "a.npy", verbose=0), spec, images)


def test_wrong_files(tmp_path, spec):
    images, path = random_images(spec), tmp_path / "a.h5"
    refuses(path, "which is no file")
    refuses(
        write_shapes3d(path, spec, images, labels=None),
        r"labels of shape None, dtype None.*has images\)",
    )
    refuses(write_shapes3d(path, spec, images, images=images[:-1]), r"images of shape \(287, 8, 8")
    wrong = np.zeros((len(spec), 6))
    refuses(write_shapes3d(path, spec, images, labels=wrong), "1 values of floor_hue.*2 values")
    order = np.append(np.arange(len(spec) - 1), 0)
    refuses(write_shapes3d(path, spec, images, order), "more than one image for a grid point")
    content = write_shapes3d(path, spec, images).read_bytes()
    path.write_bytes(content[: len(content) // 2])
    refuses(path, "which does not open .OSError")
