import sys

import numpy as np
import pytest

from st_keras.datasets import published_dataset
from st_keras.datasets.published.tfds_records import TFDSRecords, prepared_folder
from tests.datasets.published.files import write_tfds
from tests.refusals import refused


@pytest.fixture
def prepared(tmp_path, tfds):
    features = tfds.features.FeaturesDict(
        {"video": tfds.features.Video((None, 4, 6, 3)), "name": tfds.features.Text()}
    )
    rng = np.random.default_rng(0)
    examples = [
        {"video": rng.integers(0, 256, (t, 4, 6, 3), "uint8"), "name": np.array(f"{t}".encode())}
        for t in (2, 5, 3)
    ]
    for version in ("9.0.0", "10.0.0"):
        write_tfds(tmp_path, "toy", features, examples, version=version)
    return tmp_path, examples


def test_the_newest_version(prepared):
    folder, _ = prepared
    newest = folder / "toy" / "10.0.0"
    assert prepared_folder("doc", folder, "toy") == newest
    assert prepared_folder("doc", newest, "toy") == newest
    assert prepared_folder("doc", folder, "other") is None


def test_examples_by_number(prepared):
    folder, examples = prepared
    records = TFDSRecords("doc", folder / "toy" / "9.0.0", "train")
    assert len(records) == 3
    for n in (2, 0, 1, 0):
        found = records.read(n)
        np.testing.assert_array_equal(found["video"], examples[n]["video"])
        assert found["name"] == examples[n]["name"].item()


@pytest.mark.parametrize("name", ["bair", "moving_mnist", "robonet"])
def test_the_folder_of_another_dataset(prepared, name):
    folder = prepared[0] / "toy" / "9.0.0"
    split = "test" if name == "moving_mnist" else "train"  # which is all that TFDS has of it
    text = refused("which is toy with", published_dataset(name).open, folder, split=split)
    assert "a prepared dataset whose examples have" in text


def test_damaged(prepared):
    folder, _ = prepared
    version = folder / "toy" / "10.0.0"
    refused("the split 'test' as TFRecord files", TFDSRecords, "doc", version, "test")
    (file,) = version.glob("*.tfrecord*")
    content = bytearray(file.read_bytes())
    content[40] ^= 255
    file.write_bytes(content)
    records = TFDSRecords("doc", version, "train")
    refused("^doc: .*does not open .DataLossError", records.read, 0)
    file.write_bytes(content[:-3])
    refused("whose record 2 would end", TFDSRecords, "doc", version, "train")
    file.unlink()
    refused("which is no file", TFDSRecords, "doc", version, "train")
    (version / "dataset_info.json").write_text("no JSON")
    refused("a prepared dataset of TensorFlow Datasets", TFDSRecords, "doc", version, "train")


def test_without_tensorflow_datasets(prepared, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)
    version = prepared[0] / "toy" / "9.0.0"
    refused(r"pip install 'st_keras\[data\]'", TFDSRecords, "doc", version, "train")
