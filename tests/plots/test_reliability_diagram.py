import numpy as np

from st_keras.metrics.radar import probability_table
from st_keras.plots import reliability_diagram
from tests.metrics.radar.rain_fields import rain_ensemble
from tests.refusals import refused


def curves():
    table = probability_table(*rain_ensemble(4), [0.5, 2.0])
    of = table.reliability()
    return {
        f"{t:g} mm/h": {name: values[0, k] for name, values in of.items()}
        for k, t in enumerate(table.thresholds)
    }


def test_points_and_counts(drawn):
    told = curves()
    told["2 mm/h"]["cases"] = told["2 mm/h"]["cases"] * [1, 1, 1, 0, 1]  # one that was never said
    axes, counts = drawn(reliability_diagram, told, title="a day").axes
    diagonal, one, two = axes.get_lines()
    assert diagonal.get_xdata().tolist() == [0, 1]
    np.testing.assert_array_equal(one.get_ydata(), told["0.5 mm/h"]["frequency"])
    assert len(two.get_xdata()) == 4
    heights = [[bar.get_height() for bar in bars] for bars in counts.containers]
    assert heights[0] == told["0.5 mm/h"]["cases"].tolist() and len(heights[1]) == 4
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["reliable", *told]


def test_texts_do_not_overlap(drawn, overlapping):
    assert overlapping(drawn(reliability_diagram, curves(), title="a day")) == []


def test_refusals(tmp_path):
    path, told = tmp_path / "a.png", curves()
    one = told["0.5 mm/h"]
    refused(r"no probability that was said", reliability_diagram, path, {})
    never = {**one, "cases": 0 * one["cases"]}
    refused(r"no probability that was said", reliability_diagram, path, {"a": never})
    del never["cases"]
    refused(r"'a' with .*'probability': \(5,\)", reliability_diagram, path, {"a": never})
    table = probability_table(*rain_ensemble(4), 1.0).reliability()
    refused(r"\(4, 1, 5\).*one lead time", reliability_diagram, path, {"a": table})
