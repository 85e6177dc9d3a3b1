"""What is hidden while keras-tuner searches, and that it ends."""

import warnings

import keras_tuner
import pytest

from st_keras.cli.tune.quiet import quiet


def test_hides_prints_and_warnings_of_scikit_learn(capsys):
    before = keras_tuner.src.config.DEBUG
    with pytest.raises(ValueError, match="mine"), quiet():
        print("hidden")
        assert keras_tuner.src.config.DEBUG is False
        warnings.warn_explicit("hidden", UserWarning, "kernels.py", 1, "sklearn.kernels")
        raise ValueError("mine")
    print("seen")
    assert capsys.readouterr() == ("seen\n", "")
    assert keras_tuner.src.config.DEBUG is before


def test_leaves_other_warnings():
    with quiet(), pytest.raises(UserWarning, match="seen"):
        warnings.warn_explicit("seen", UserWarning, "mine.py", 1, "mine")
