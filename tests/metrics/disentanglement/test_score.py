import json

import numpy as np
import pytest

from st_keras.metrics.disentanglement import Score, mcc
from st_keras.metrics.disentanglement.score import json_ready, library_versions
from tests.metrics.disentanglement.grid import grid


def test_value_is_a_float():
    score = Score("mig", np.float32(0.25), {}, {})
    assert type(score.value) is float and float(score) == 0.25
    assert repr(score) == "Score('mig', 0.2500)"


def test_score_is_frozen():
    with pytest.raises(AttributeError):
        Score("mig", 0.5, {}, {}).value = 1.0


def test_json_ready():
    nested = {1: (np.int64(2), [np.float64(0.5)]), "a": np.eye(2, dtype=bool), "n": None}
    result = json_ready(nested)
    assert result == {"1": [2, [0.5]], "a": [[True, False], [False, True]], "n": None}
    assert json.loads(json.dumps(result)) == result


def test_a_real_score_survives_json():
    factors = grid(2)
    score = mcc(factors * 1.0, factors)
    stored = json.loads(json.dumps(score.as_dict(), allow_nan=False))
    assert stored["name"] == "mcc" and stored["value"] == score.value
    assert stored["details"]["permutation"] == [0, 1, 2]
    assert stored["parameters"]["versions"]["numpy"] == np.__version__


def test_library_versions():
    import sklearn

    assert library_versions("scikit-learn")["scikit-learn"] == sklearn.__version__
