import numpy as np
import pytest

from st_keras.datasets.pairs.grid_specs import GRIDS
from tests.datasets.pairs.small_grids import SIZES, check_grid, random_images, shrink_grid


@pytest.mark.parametrize(
    ("name", "count", "categorical"),
    [
        ("dsprites", 737280, ("shape",)),
        ("shapes3d", 480000, ("shape",)),
        ("smallnorb", 48600, ("category", "instance")),
        ("cars3d", 17568, ("type",)),
        ("mpi3d_toy", 460800, ("object_shape",)),
        ("mpi3d_realistic", 460800, ("object_shape",)),
        ("mpi3d_real", 1036800, ("object_shape",)),
    ],
)
def test_published_counts(name, count, categorical):
    spec = GRIDS[name]
    assert len(spec) == count and spec.name == name and spec.categorical == categorical
    assert len(spec.factor_names) == len(spec.factor_sizes) == len(spec.tfds_labels)
    assert len(set(spec.factor_names)) == len(spec.factor_names)
    assert set(spec.unscored) <= set(spec.categorical) <= set(spec.factor_names)
    assert spec.url.startswith("http")


def test_all_grids_are_tested():
    assert set(SIZES) == set(GRIDS)


@pytest.mark.parametrize("name", SIZES)
def test_grid(name, monkeypatch):
    spec = shrink_grid(monkeypatch, name)
    images = random_images(spec)
    check_grid(spec.grid(images), spec, images)


def test_grid_of_other_white(monkeypatch):
    spec = shrink_grid(monkeypatch, "dsprites")
    images = random_images(spec) * np.uint8(255)
    assert spec.grid(images, max_value=255).images(np.zeros((1, 5), int)).max() == 255
