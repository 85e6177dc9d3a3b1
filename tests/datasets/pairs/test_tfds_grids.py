import json
import sys

import numpy as np
import pytest

from st_keras.datasets.builders.cars3d import ARCHIVE
from st_keras.datasets.pairs.grid_specs import GRIDS
from st_keras.datasets.pairs.image_shrinking import shrink_images
from st_keras.datasets.pairs.tfds_grids import load_tfds_grid
from tests.datasets.pairs.small_grids import (
    all_points,
    car_files,
    check_grid,
    random_images,
    shrink_grid,
    write_tar,
)
from tests.refusals import refused


def prepare(tfds, folder, spec, images, splits=("train",), version="2.0.0", **more):
    """Write what a builder of the catalogue would have, with examples in any order."""
    features = {
        "image": tfds.features.Image(shape=images.shape[1:]),
        "value": tfds.features.Scalar(np.float32),
        **{
            label: tfds.features.ClassLabel(num_classes=size)
            for label, size in zip(spec.tfds_labels, spec.factor_sizes, strict=True)
        },
    }
    for key in more.get("without", ()):
        del features[key]
    order = np.random.default_rng(0).permutation(len(spec))[: more.get("count")]
    points = all_points(spec)

    def examples(rows):
        for row in rows.tolist():
            labels = dict(zip(spec.tfds_labels, points[row].tolist(), strict=True))
            example = {"image": images[row], "value": 0.5, **labels}
            yield row, {key: example[key] for key in features}

    parts = np.array_split(order, len(splits))
    tfds.dataset_builders.store_as_tfds_dataset(
        name=spec.tfds_name,
        version=version,
        data_dir=folder,
        features=tfds.features.FeaturesDict(features),
        split_datasets={
            split: list(examples(rows)) for split, rows in zip(splits, parts, strict=True)
        },
    )


def refuses(match, *arguments):
    assert refused(match, load_tfds_grid, *arguments, verbose=0).startswith("load_tfds_grid: ")


@pytest.mark.parametrize("name", ["dsprites", "shapes3d"])
def test_prepared_data(tmp_path, monkeypatch, tfds, name):
    spec = shrink_grid(monkeypatch, name)
    images = random_images(spec)
    prepare(tfds, tmp_path, spec, images)
    check_grid(load_tfds_grid(name, tmp_path, verbose=0), spec, images)
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    check_grid(load_tfds_grid(name, cache=tmp_path / "a.npy", verbose=0), spec, images)


def test_small_norb_has_two_splits_and_larger_images(tmp_path, monkeypatch, tfds):
    spec = shrink_grid(monkeypatch, "smallnorb")
    large = np.random.default_rng(0).integers(0, 256, (len(spec), 12, 12, 1)).astype("uint8")
    prepare(tfds, tmp_path, spec, large, ("train", "test"))
    wanted = shrink_images(large[..., 0], 8, "bilinear")[..., None]
    check_grid(load_tfds_grid("smallnorb", tmp_path, verbose=0), spec, wanted)


def test_the_newest_version_is_read(tmp_path, monkeypatch, tfds):
    spec = shrink_grid(monkeypatch, "dsprites")
    old, new = random_images(spec, 0), random_images(spec, 1)
    prepare(tfds, tmp_path, spec, old, version="9.0.0")
    prepare(tfds, tmp_path, spec, new, version="10.0.0")
    (tmp_path / "dsprites" / "11.0.0.incomplete").mkdir()
    (tmp_path / "dsprites" / "12.0.0").mkdir()  # without content
    check_grid(load_tfds_grid("dsprites", tmp_path, verbose=0), spec, new)


@pytest.mark.parametrize("name", ["dsprites", "shapes3d", "smallnorb"])
def test_features_of_the_catalogue(tmp_path, tfds, name):
    spec = GRIDS[name]
    features = tfds.builder(name, data_dir=tmp_path).info.features
    assert tuple(features[label].num_classes for label in spec.tfds_labels) == spec.factor_sizes
    assert features["image"].shape[-1] == spec.image_shape[-1]
    assert features["image"].shape[0] == (96 if name == "smallnorb" else 64)


def test_wrong_data(tmp_path, monkeypatch, tfds):
    spec = shrink_grid(monkeypatch, "shapes3d")
    images = random_images(spec)
    refuses("name='cars'.*'dsprites', 'shapes3d'", "cars")
    refuses("where no version of shapes3d is prepared.*download=True", "shapes3d", tmp_path)
    prepare(tfds, tmp_path / "a", spec, images, count=100)
    refuses("images for 100 of 288 grid points", "shapes3d", tmp_path / "a")
    prepare(tfds, tmp_path / "b", spec, images, without=("label_scale",))
    refuses("without label_scale.*Required: the features image", "shapes3d", tmp_path / "b")
    prepare(tfds, tmp_path / "c", spec, images[:, :6])
    refuses(r"images of shape \(\d+, 6, 8, 3\)", "shapes3d", tmp_path / "c")


def test_grey_images_of_another_size(tmp_path, monkeypatch, tfds):
    spec = shrink_grid(monkeypatch, "dsprites")
    prepare(tfds, tmp_path, spec, np.ones((len(spec), 12, 12, 1), "uint8"))
    refuses(r"images of shape \(\d+, 12, 12, 1\)", "dsprites", tmp_path)


@pytest.mark.parametrize("damage", ["gone", "truncated", "flipped", "no json"])
def test_damaged_data(tmp_path, monkeypatch, tfds, damage):
    spec = shrink_grid(monkeypatch, "shapes3d")
    prepare(tfds, tmp_path, spec, random_images(spec))
    (shard,) = (tmp_path / "shapes3d" / "2.0.0").glob("*.tfrecord*")
    content = shard.read_bytes()
    middle = len(content) // 2
    if damage == "gone":
        shard.unlink()
    elif damage == "truncated":
        shard.write_bytes(content[:middle])
    elif damage == "flipped":
        shard.write_bytes(content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :])
    else:
        (shard.parent / "dataset_info.json").write_text("{")
    refuses(r"shapes3d.2\.0\.0.*, which does not open .*Delete the folder", "shapes3d", tmp_path)


def test_download_prepares_by_name(tmp_path, monkeypatch, tfds):
    spec = shrink_grid(monkeypatch, "cars3d")
    images = random_images(spec)
    manual = tmp_path / "downloads" / "manual"
    manual.mkdir(parents=True)
    write_tar(manual / ARCHIVE, car_files(images, spec))
    # The second time the archive is not needed any more.
    for archive in (manual / ARCHIVE, None):
        grid = load_tfds_grid("cars3d", tmp_path, download=True, verbose=0)
        check_grid(grid, spec, images)
        assert json.dumps(grid.card())
        if archive:
            archive.unlink()


def test_download_without_the_files(tmp_path, monkeypatch, tfds):
    spec = shrink_grid(monkeypatch, "mpi3d_toy")
    match = "(?s)no files from which mpi3d_toy could .*downloads.manual.*Put them there"
    refuses(match, "mpi3d_toy", tmp_path, True)
    manual = tmp_path / "downloads" / "manual"
    manual.mkdir(parents=True)
    (manual / "mpi3d_real.npz").touch()
    arguments = {"data_dir": tmp_path, "download": True, "verbose": 0}
    with pytest.raises(ValueError, match=r"Mpi3d: .*manual.mpi3d_toy\.npz', which is no file"):
        load_tfds_grid("mpi3d_toy", **arguments)
    np.savez(manual / "mpi3d_toy.npz", images=random_images(spec)[:-1])
    with pytest.raises(ValueError, match=rf"Mpi3d: .*images of shape \({len(spec) - 1}, 8, 8, 3\)"):
        load_tfds_grid("mpi3d_toy", **arguments)
    assert not list((tmp_path / "mpi3d" / "toy").glob("1*"))


def test_without_tensorflow_datasets(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)
    refuses("without TensorFlow Datasets.*pip install", "dsprites", tmp_path)
