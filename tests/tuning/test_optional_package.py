"""Without keras-tuner, whoever asks for a search gets the pip line."""

import sys

import pytest

from st_keras.tuning import ModeRNNHyperModel, PredRNNHyperModel, SlowVAEHyperModel
from st_keras.tuning.optional_package import require_keras_tuner


def test_the_module():
    import keras_tuner

    assert require_keras_tuner("search") is keras_tuner


@pytest.mark.parametrize("kind", [PredRNNHyperModel, ModeRNNHyperModel, SlowVAEHyperModel])
def test_without_it_there_is_the_pip_line(kind, monkeypatch):
    monkeypatch.setitem(sys.modules, "keras_tuner", None)
    monkeypatch.setattr("st_keras.tuning.lazy_hyper_model._with_its_base", _uncached())
    with pytest.raises(
        ValueError,
        match=rf"{kind.__name__}: received an installation without keras-tuner "
        r".*Required: the package keras-tuner\. Install it with: pip install 'st_keras\[tune\]'",
    ):
        kind((16, 24, 1), steps=8)


def _uncached():
    from st_keras.tuning.lazy_hyper_model import _with_its_base

    return _with_its_base.__wrapped__
