"""All metrics by name; for tests that compile graphs, one of those that differ in a ratio alone."""

import pytest

from st_keras.metrics.radar import CSI
from st_keras.metrics.scores_by_name import score_class, score_names

METRICS = [score_class(name) for name in score_names()]
# The other scores of events are other ratios of the same counts.
OF_EVENTS = [cls for cls in METRICS if cls.__module__ == CSI.__module__ and cls is not CSI]
COMPILED = [
    pytest.param(cls, marks=pytest.mark.long) if cls in OF_EVENTS else cls for cls in METRICS
]
