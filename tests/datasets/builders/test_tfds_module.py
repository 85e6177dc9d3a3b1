import sys

import pytest

from st_keras.datasets.builders.tfds_module import require_tfds
from tests.fresh_process import run_python


def test_the_module():
    tfds = pytest.importorskip("tensorflow_datasets")
    assert require_tfds("reader") is tfds


def test_without_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)
    match = r"reader: received an installation without .*Required: .*pip install 'st_keras\[data\]'"
    with pytest.raises(ValueError, match=match):
        require_tfds("reader")


def test_it_is_not_loaded_before_it_is_needed():
    run_python(
        "import sys, st_keras.datasets.builders, st_keras.datasets.pairs.load_grid\n"
        "assert 'tensorflow_datasets' not in sys.modules"
    )
