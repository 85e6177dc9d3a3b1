import json

import numpy as np
import pytest

from st_keras.metrics.disentanglement import Evaluation, Score


def evaluation(scores, skipped=None):
    return Evaluation(
        scores=scores,
        skipped=skipped or {},
        seconds=dict.fromkeys(scores, np.float64(0.5)),
        codes=np.zeros((10, 2)),
        factors=np.zeros((10, 1)),
        factor_names=("x",),
        parameters={"protocol": "quick", "num_samples": np.int64(10)},
    )


SCORES = {"mcc": Score("mcc", 0.5, {"permutation": np.array([1])}, {"seed": 0})}


def test_table():
    assert evaluation(SCORES, {"mig": "one factor"}).table().splitlines() == [
        "score   value",
        "mcc    0.5000",
        "skipped mig: one factor",
    ]
    assert evaluation({}, {"mig": "one factor"}).table() == "skipped mig: one factor"


def test_as_dict_is_json():
    stored = json.loads(json.dumps(evaluation(SCORES).as_dict(), allow_nan=False))
    assert stored["scores"]["mcc"]["details"] == {"permutation": [1]}
    assert stored["parameters"] == {"protocol": "quick", "num_samples": 10}
    assert stored["seconds"] == {"mcc": 0.5} and stored["factor_names"] == ["x"]
    assert "codes" not in stored


def test_it_is_frozen():
    with pytest.raises(AttributeError):
        evaluation(SCORES).scores = {}
