"""Both forms of attention give one loss; the table says which took what."""

import json

import pytest
import tensorflow as tf

from benchmarks import modernn_memory
from st_keras.models.modernn.slot_binding import SlotBinding


@pytest.mark.long
def test_both_forms_are_the_same_function(capsys):
    sizes = ["--size=4", "--batch=2", "--frames=3", "--filters=4"]
    modernn_memory.main(sizes)
    results = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(results) == {"again", "kept"}
    assert results["again"]["loss"] == pytest.approx(results["kept"]["loss"], rel=1e-5)
    assert results["again"]["gradient"] == pytest.approx(results["kept"]["gradient"], rel=1e-3)
    for found in results.values():
        assert found["peak"] >= found["before"] > 0


def test_kept_maps_are_computed_once():
    binding = SlotBinding(8, 4, scale=0.5)
    binding.build((None, 4, 5, 6), (None, 4, 5, 3))

    def run(u, slots):
        with tf.GradientTape() as tape:
            tape.watch(u)
            bound = binding(u, slots)
            loss = tf.add_n([tf.reduce_sum(each**2) for each in bound])
        return tape.gradient(loss, u)

    def softmaxes():
        graph = tf.function(run).get_concrete_function(tf.ones((2, 4, 5, 6)), tf.ones((2, 4, 5, 3)))
        return [op.type for op in graph.graph.get_operations()].count("Softmax")

    with modernn_memory.maps_kept():
        assert softmaxes() == 1
    assert softmaxes() == 2


def test_table():
    found = {"before": 500.0, "peak": 900.4, "loss": 0.25, "gradient": 1.0}
    lines = modernn_memory.report({"again": found, "kept": found}).splitlines()
    assert lines[1].split() == ["computed", "again", "500", "900", "0.250000"]
    assert lines[2].split() == ["kept", "500", "900", "0.250000"]
