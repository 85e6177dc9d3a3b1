import pytest

from st_keras.metrics.disentanglement import Score, scores_table
from tests.refusals import refused


def test_models_stand_beside_each_other():
    scores = {
        "SlowVAE": {"mcc": Score("mcc", 0.66149, {}, {}), "mig": 0.25},
        "PCA": {"mig": 1, "dci[random_forest]": 0.123},
    }
    assert scores_table(scores, decimals=3).splitlines() == [
        "score               SlowVAE    PCA",
        "mcc                   0.661      -",
        "mig                   0.250  1.000",
        "dci[random_forest]        -  0.123",
    ]


@pytest.mark.parametrize("scores", [{}, {"model": {}}, {"mcc": 0.5}, [0.5], None])
def test_errors_have_three_parts(scores):
    refused(r"scores_table: received scores of .*Required: a dict of", scores_table, scores)


def test_decimals_are_checked():
    refused("decimals=-1", scores_table, {"a": {"mcc": 0.5}}, decimals=-1)
