import numpy as np
import pytest

from st_keras.plots import rank_histograms
from tests.refusals import refused


def test_shares_and_the_flat_line(drawn):
    counts = {"narrow": [30, 10, 20], "by lead time": np.array([[1, 2], [3, 2]])}
    narrow, other = drawn(rank_histograms, counts, title="a day").axes
    assert [bar.get_height() for bar in narrow.patches] == pytest.approx([0.5, 1 / 6, 1 / 3])
    assert narrow.get_lines()[0].get_ydata() == pytest.approx([1 / 3, 1 / 3])
    assert [bar.get_height() for bar in other.patches] == [0.5, 0.5]
    assert other.get_title(loc="left") == "by lead time"


@pytest.mark.parametrize("members", [2, 50])
def test_texts_do_not_overlap(drawn, overlapping, members):
    counts = {f"method {k}": np.ones(members + 1) for k in range(4)}
    assert overlapping(drawn(rank_histograms, counts)) == []


def test_refusals(tmp_path):
    path = tmp_path / "a.png"
    refused(r"no counts", rank_histograms, path, {})
    refused(r"counts\['a'\] from 0 to 0.*`least`", rank_histograms, path, {"a": [0, 0]})
    refused(r"counts\['a'\] from -1 to 2", rank_histograms, path, {"a": [-1, 2]})
    refused(r"counts\['a'\] with 1 of 2", rank_histograms, path, {"a": [np.nan, 2]})
