"""The picture of two memories: lines by layer, clouds by memory."""

import numpy as np

from st_keras.plots import memory_decoupling
from st_keras.plots.memory_decoupling import NAMES
from tests.refusals import refused

SIMILARITY = np.array([[0.5, 0.2], [0.4, 0.1], [0.3, 0.1]])
PLACES = np.random.default_rng(0).normal(size=(8, 2))
OF_M = np.array([False, True] * 4)


def test_lines_and_clouds(drawn, overlapping):
    figure = drawn(memory_decoupling, SIMILARITY, PLACES, OF_M, 2, title="PredRNN")
    lines, places = figure.axes
    drawn_lines = {line.get_label(): line.get_ydata() for line in lines.get_lines()}
    np.testing.assert_array_equal(drawn_lines["layer 2"], SIMILARITY[:, 1])
    assert [text.get_text() for text in lines.texts] == [" forecast"]
    clouds = {of.get_label(): np.asarray(of.get_offsets()) for of in places.collections}
    assert list(clouds) == list(NAMES)
    np.testing.assert_allclose(clouds["written into m"], PLACES[OF_M])
    assert overlapping(figure) == []


def test_a_small_similarity_looks_small(drawn):
    lines, _ = drawn(memory_decoupling, SIMILARITY / 100, PLACES, OF_M).axes
    assert lines.get_ylim() == (0, 0.1) and not lines.texts


def test_refusals(tmp_path):
    path = tmp_path / "a.png"
    refused("of_m of shape", memory_decoupling, path, SIMILARITY, PLACES, OF_M[:3])
    refused("embedding", memory_decoupling, path, SIMILARITY, PLACES[:, :1], OF_M)
    assert not path.exists()
