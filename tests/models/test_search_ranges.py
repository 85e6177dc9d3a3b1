import argparse

import pytest

from st_keras.models import search_ranges as ranges


def test_bounds():
    assert ranges.bounds("1e-4,1e-2") == (1e-4, 1e-2)
    assert ranges.bounds("3") == (3.0, 3.0)
    for text in ("1,2,3", "fast", ""):
        with pytest.raises(argparse.ArgumentTypeError, match=r"received .*Required: one number"):
            ranges.bounds(text)
