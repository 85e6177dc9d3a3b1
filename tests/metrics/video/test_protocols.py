import numpy as np
import pytest

from st_keras.metrics.scores_by_name import score_class
from st_keras.metrics.video import protocols
from tests.metrics.video.frame_pairs import frame_pair

ROWS = [(s, p) for s, table in protocols.PROTOCOLS.items() for p in table]


@pytest.mark.parametrize("score, protocol", ROWS)
def test_every_row_can_be_scored_and_is_documented(score, protocol):
    truth, forecast = frame_pair()
    cls = score_class(score)
    metric = cls(protocol=protocol)
    metric.update_state(truth, forecast)
    assert np.isfinite(float(metric.result()))
    assert f'"{protocol}"' in cls.__doc__
    assert f'"{protocol}"' in protocols.__doc__


def test_facts_are_documented():
    for score, protocol in ROWS:
        for fact in protocols.PROTOCOLS[score][protocol]:
            assert f"    {fact} " in protocols.__doc__
