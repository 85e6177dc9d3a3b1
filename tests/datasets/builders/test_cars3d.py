import numpy as np
import pytest

from st_keras.datasets import builders
from st_keras.datasets.builders.cars3d import ARCHIVE, cars3d_builder
from st_keras.datasets.pairs.tfds_grids import load_tfds_grid
from tests.datasets.pairs.small_grids import (
    all_points,
    car_files,
    check_grid,
    random_images,
    shrink_grid,
    write_tar,
)


def test_build_and_read(tmp_path, monkeypatch, tfds):
    spec = shrink_grid(monkeypatch, "cars3d")
    images = random_images(spec)
    manual = tmp_path / "manual"
    manual.mkdir()
    write_tar(manual / ARCHIVE, car_files(images, spec))
    builder = builders.Cars3d(data_dir=tmp_path / "data")
    config = tfds.download.DownloadConfig(manual_dir=manual)
    builder.download_and_prepare(download_config=config)
    assert builder.info.splits["train"].num_examples == len(spec)
    points = all_points(spec)
    for example in tfds.as_numpy(builder.as_dataset(split="train[:10]")):
        labels = [example[label] for label in spec.tfds_labels]
        row = int(np.flatnonzero((points == labels).all(1))[0])
        np.testing.assert_array_equal(example["image"], images[row])
    check_grid(load_tfds_grid("cars3d", tmp_path / "data", verbose=0), spec, images)


def test_registered_once(tfds):
    assert cars3d_builder() is builders.Cars3d is tfds.builder_cls("cars3d")
    assert builders.Cars3d.name == "cars3d" and "Cars3d" in dir(builders)
    with pytest.raises(AttributeError, match="no attribute 'Boats'"):
        _ = builders.Boats


def test_without_the_archive(tmp_path, monkeypatch, tfds):
    shrink_grid(monkeypatch, "cars3d")
    builder = builders.Cars3d(data_dir=tmp_path / "data")
    with pytest.raises(AssertionError, match=r"nips2015-analogy-data\.tar\.gz"):
        builder.download_and_prepare()  # TensorFlow Datasets asks for the manual folder
