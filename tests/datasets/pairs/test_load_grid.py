import numpy as np
import pytest

from st_keras.datasets.pairs.grid_specs import GRIDS
from st_keras.datasets.pairs.latent_pairs import LatentPairs
from st_keras.datasets.pairs.load_grid import load_factor_grid
from tests.datasets.pairs.small_grids import (
    SIZES,
    car_files,
    check_grid,
    random_images,
    shrink_grid,
    write_dsprites,
    write_norb,
    write_shapes3d,
    write_tar,
)


def write(folder, spec, images):
    if spec.name == "dsprites":
        return write_dsprites(folder / "a.npz", spec, images)
    if spec.name == "shapes3d":
        return write_shapes3d(folder / "a.h5", spec, images)
    if spec.name == "smallnorb":
        return write_norb(folder, spec, images)
    if spec.name == "cars3d":
        return write_tar(folder / "a.tar.gz", car_files(images, spec))
    np.savez(folder / "a.npz", images=images)
    return folder / "a.npz"


@pytest.mark.parametrize("name", SIZES)
def test_files_by_name(tmp_path, monkeypatch, name):
    spec = shrink_grid(monkeypatch, name)
    images = random_images(spec)
    path = write(tmp_path, spec, images)
    grid = load_factor_grid(name, path, cache=tmp_path / "cache.npy", verbose=0)
    check_grid(grid, spec, images)
    check_grid(load_factor_grid(name, str(path), verbose=0), spec, images)
    pairs = LatentPairs(grid, "laplace")
    frames, factors = pairs.draw_pairs(20, np.random.default_rng(0))
    assert frames.shape == (20, 2, *spec.image_shape)
    fixed = [spec.factor_names.index(factor) for factor in spec.categorical]
    np.testing.assert_array_equal(factors[:, 0, fixed], factors[:, 1, fixed])
    assert pairs.scored_factors == tuple(n for n in spec.factor_names if n not in spec.unscored)


def test_errors(tmp_path):
    names = ", ".join(repr(name) for name in GRIDS)
    with pytest.raises(ValueError, match=f"load_factor_grid: received name='mnist'.*{names}"):
        load_factor_grid("mnist")
    pytest.importorskip("tensorflow_datasets")
    with pytest.raises(ValueError, match=r"load_tfds_grid: .*no version of mpi3d_toy is prepared"):
        load_factor_grid("mpi3d_toy", data_dir=tmp_path, verbose=0)
