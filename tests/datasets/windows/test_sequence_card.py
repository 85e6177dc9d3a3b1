"""What is said of a dataset, to records and to readers."""

import json

import numpy as np
import pytest

from st_keras.datasets import SequenceDataset
from st_keras.datasets.windows.sequence_card import summary_of

HOURS = np.r_[0:6, 6, 6, 8:12]  # one frame twice, and one hour without
FRAMES = (np.arange(2 * 12 * 4 * 6).reshape(2, 12, 4, 6))[:, HOURS]
TIMES = np.datetime64("2026-06-01T00:00") + HOURS.astype("m8[h]")


@pytest.mark.parametrize("missing_value", [None, 575])
@pytest.mark.parametrize("times", [None, TIMES])
def test_a_card_is_json_and_enough_for_the_summary(missing_value, times):
    data = SequenceDataset.from_arrays(FRAMES, 2, 3, missing_value=missing_value, times=times)
    card = data.card()
    assert json.loads(json.dumps(card)) == card
    text = summary_of(card)
    assert text == data.summary() and len(text.splitlines()) == 5 + len(
        [known for known in (missing_value, times) if known is not None]
    )
    frames = 12 if times is None else 11
    assert f"axes     read as NTHW: 2 sequences of {frames} frames, 4 x 6 pixels, 1 channel" in text
    assert ("a step of 1 hours; 2 gaps, 0 duplicates, 0 shorter, 2 repeated" in text) == (
        times is not None
    )
    assert ("1 values of 575" in text) == (missing_value is not None)
    assert ("8 across gaps" in text) == (times is not None)
    assert ("with missing values" in text) == (missing_value is not None)
