import numpy as np
import pytest

from st_keras.datasets.pairs.mpi3d_file import MPI3D_VARIANTS, load_mpi3d, read_mpi3d_blocks
from tests.datasets.pairs.small_grids import (
    SIZES,
    all_points,
    check_grid,
    random_images,
    shrink_grid,
)
from tests.refusals import refused


def refuses(path, match, variant="real"):
    assert refused(match, load_mpi3d, path, variant, verbose=0).startswith("load_mpi3d: ")


@pytest.mark.parametrize("variant", MPI3D_VARIANTS)
@pytest.mark.parametrize("flat", [True, False])
def test_file(tmp_path, monkeypatch, variant, flat):
    spec = shrink_grid(monkeypatch, f"mpi3d_{variant}")
    images = random_images(spec)
    shape = images.shape if flat else (*SIZES[spec.name], *spec.image_shape)
    path = tmp_path / "a.npz"
    np.savez(path, images=images.reshape(shape))
    check_grid(load_mpi3d(path, variant, verbose=0), spec, images)
    check_grid(load_mpi3d(path, variant, tmp_path / "a.npy", verbose=0), spec, images)
    factors = np.concatenate([block for block, _ in read_mpi3d_blocks("doc", path, spec)])
    np.testing.assert_array_equal(factors, all_points(spec))


def test_wrong_files(tmp_path, monkeypatch):
    path = tmp_path / "a.npz"
    toy = shrink_grid(monkeypatch, "mpi3d_toy")
    shrink_grid(monkeypatch, "mpi3d_real")
    refuses(path, "which is no file")
    refuses(path, "variant='robot'.*'toy', 'realistic', 'real'", "robot")
    np.savez(path, images=random_images(toy))
    refuses(path, r"images of shape \(288, 8, 8, 3\).*648 images of \(8, 8, 3\).*of this variant")
    np.savez(path, imgs=random_images(toy))
    refuses(path, r"without images \(it has imgs\)", "toy")
    path.write_bytes(path.read_bytes()[:1000])
    refuses(path, "which does not open", "toy")
