import sys

import pytest

from st_keras.datasets.builders.tfds_module import require_tfds


def test_the_module():
    tfds = pytest.importorskip("tensorflow_datasets")
    assert require_tfds("reader") is tfds


def test_without_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)
    match = r"reader: received an installation without .*Required: .*pip install 'st_keras\[data\]'"
    with pytest.raises(ValueError, match=match):
        require_tfds("reader")
