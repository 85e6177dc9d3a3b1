import numpy as np
import pytest

from st_keras.datasets import builders
from st_keras.datasets.builders.mpi3d import mpi3d_builder
from st_keras.datasets.pairs.tfds_grids import load_tfds_grid
from tests.datasets.pairs.small_grids import check_grid, random_images, shrink_grid


@pytest.mark.parametrize("variant", ["toy", "real"])
def test_build_and_read(tmp_path, monkeypatch, tfds, variant):
    spec = shrink_grid(monkeypatch, f"mpi3d_{variant}")
    images = random_images(spec)
    manual = tmp_path / "manual"
    manual.mkdir()
    np.savez(manual / f"mpi3d_{variant}.npz", images=images)
    builder = builders.Mpi3d(config=variant, data_dir=tmp_path / "data")
    builder.download_and_prepare(download_config=tfds.download.DownloadConfig(manual_dir=manual))
    assert builder.info.splits["train"].num_examples == len(spec)
    check_grid(load_tfds_grid(spec.name, tmp_path / "data", verbose=0), spec, images)


def test_configurations(tfds):
    assert mpi3d_builder() is builders.Mpi3d is tfds.builder_cls("mpi3d")
    assert list(builders.Mpi3d.builder_configs) == ["toy", "realistic", "real"]
