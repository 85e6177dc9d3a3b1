import numpy as np
import pytest

from st_keras.datasets.pairs import small_norb_file
from st_keras.datasets.pairs.image_shrinking import shrink_images
from st_keras.datasets.pairs.small_norb_file import load_small_norb
from tests.datasets.pairs.small_grids import check_grid, random_images, shrink_grid, write_norb
from tests.refusals import refused


@pytest.fixture
def spec(monkeypatch):
    monkeypatch.setattr(small_norb_file, "_BLOCK", 50)
    return shrink_grid(monkeypatch, "smallnorb")


def refuses(folder, match):
    assert refused(match, load_small_norb, folder, verbose=0).startswith("load_small_norb: ")


@pytest.mark.parametrize("compress", [False, True])
def test_files(tmp_path, spec, compress):
    images = random_images(spec)
    write_norb(tmp_path, spec, images, compress)
    grid = load_small_norb(tmp_path, verbose=0)
    check_grid(grid, spec, images)
    assert grid.scored_factors == ("category", "elevation", "azimuth", "lighting")
    check_grid(load_small_norb(tmp_path, tmp_path / "a.npy", verbose=0), spec, images)


def test_packed_and_unpacked_side_by_side(tmp_path, spec):
    images = random_images(spec)
    write_norb(write_norb(tmp_path, spec, images), spec, images, compress=True)
    check_grid(load_small_norb(tmp_path, verbose=0), spec, images)


def test_large_images_are_made_smaller(tmp_path, spec):
    large = np.random.default_rng(0).integers(0, 256, (len(spec), 12, 12, 1)).astype("uint8")
    write_norb(tmp_path, spec, large)
    wanted = shrink_images(large[..., 0], 8, "bilinear")[..., None]
    check_grid(load_small_norb(tmp_path, verbose=0), spec, wanted)


def test_missing_and_damaged_files(tmp_path, spec):
    refuses(tmp_path, "0 files smallnorb-.*-training-dat.mat.*one, or the same with .gz")
    write_norb(tmp_path, spec, random_images(spec))
    (path,) = tmp_path.glob("*testing-dat.mat")
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    refuses(tmp_path, "testing-dat.mat' with .* bytes of elements")
    path.unlink()
    refuses(tmp_path, "0 files smallnorb-.*-testing-dat.mat")
    for name in ("one", "two"):
        (tmp_path / f"smallnorb-{name}-testing-dat.mat").write_bytes(content)
    refuses(tmp_path, "2 files smallnorb-.*-testing-dat.mat")


ROWS = 72  # of each split


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"training_cat": np.zeros(71, "i4")}, r"training files with dat \(72, 2, 8, 8\).*\(71,\)"),
        ({"training_cat": np.zeros(72, "f4")}, r"cat \(72,\) float32"),
        ({"testing_info": np.zeros((72, 3), "i4")}, r"testing files .*info \(72, 3\)"),
        ({"testing_dat": np.zeros((72, 8, 8), "u1")}, r"dat \(72, 8, 8\) uint8"),
        ({"testing_info": np.ones((72, 4), "i4")}, "an odd azimuth in the testing info file"),
        ({"testing_info": np.zeros((72, 4), "i4")}, "more than one image for a grid point"),
        ({"testing_info": np.full((72, 4), 40, "i4")}, "labels of shape"),
    ],
)
def test_files_that_do_not_fit(tmp_path, spec, changed, match):
    write_norb(tmp_path, spec, random_images(spec), **changed)
    refuses(tmp_path, match)
