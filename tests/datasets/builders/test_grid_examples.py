import numpy as np
import pytest

from st_keras.datasets.builders.grid_examples import grid_examples, grid_features
from tests.datasets.pairs.small_grids import all_points, random_images, shrink_grid


def test_examples(monkeypatch):
    spec = shrink_grid(monkeypatch, "cars3d")
    points, images = all_points(spec), random_images(spec)
    order = np.random.default_rng(0).permutation(len(spec))
    blocks = [(points[rows], images[rows]) for rows in np.array_split(order, 3)]
    examples = dict(grid_examples(spec, blocks))
    assert sorted(examples) == list(range(len(spec)))
    for key, example in examples.items():
        np.testing.assert_array_equal(example["image"], images[key])
        assert [example[label] for label in spec.tfds_labels] == points[key].tolist()
        assert set(example) == {"image", *spec.tfds_labels}


def test_features(monkeypatch):
    tfds = pytest.importorskip("tensorflow_datasets")
    spec = shrink_grid(monkeypatch, "mpi3d_toy")
    features = grid_features(tfds, spec)
    assert features["image"].shape == (8, 8, 3)
    sizes = tuple(features[label].num_classes for label in spec.tfds_labels)
    assert sizes == spec.factor_sizes
