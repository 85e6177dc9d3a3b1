import numpy as np
import pytest

from st_keras.plots import threshold_map
from tests.refusals import refused

SCORES = {
    "net": np.array([[0.7, 0.3], [0.5, np.nan], [1.0, 0.0]]),
    "persistence": np.array([[0.6, 0.2], [0.3, 0.0], [0.1, -0.2]]),
}


def test_a_panel_per_method_on_one_scale(drawn):
    figure = drawn(threshold_map, SCORES, [0.5, 5], score="hss", title="an event")
    net, persistence, bar = figure.axes
    assert [axes.get_title(loc="left") for axes in (net, persistence)] == list(SCORES)
    image = net.images[0]
    np.testing.assert_array_equal(image.get_array().filled(np.nan), SCORES["net"].T)
    assert image.get_clim() == persistence.images[0].get_clim() == (-0.2, 1.0)
    assert [t.get_text() for t in net.get_yticklabels()] == ["0.5", "5"]
    assert [t.get_text() for t in net.get_xticklabels()] == ["1", "2", "3"]
    assert net.get_ylabel() == "threshold (mm/h)" and bar.get_ylabel() == "HSS (higher is better)"


def test_scores_are_written_where_there_are_any(drawn):
    net, persistence, _ = drawn(threshold_map, SCORES, [0.5, 5]).axes
    texts = {text.get_position(): text.get_text() for text in net.texts}
    assert texts == {(0, 0): ".70", (0, 1): ".30", (1, 0): ".50", (2, 0): "1.0", (2, 1): ".00"}
    assert persistence.texts[-1].get_text() == "-0.2"


@pytest.mark.parametrize("methods, leads", [(1, 12), (3, 36)])
def test_texts_do_not_overlap(drawn, overlapping, methods, leads):
    scores = {f"method {k}": np.full((leads, 4), 0.5) for k in range(methods)}
    assert overlapping(drawn(threshold_map, scores, [0.5, 1, 2, 5])) == []


def test_refusals(tmp_path):
    path = tmp_path / "a.png"
    refused(r"threshold_map: received no scores", threshold_map, path, {}, [1])
    refused(r"for 3 thresholds", threshold_map, path, SCORES, [1, 2, 3])
    other = {**SCORES, "other": np.zeros((2, 2))}
    refused(r"shapes \[\(2, 2\), \(3, 2\)\]", threshold_map, path, other, [1, 2])
    refused(r"scores\['net'\] of shape \(2,\), rank 1", threshold_map, path, {"net": [1, 2]}, [1])
