"""ModeRNN's space: slots that fit the width, and what is on or off."""

import keras_tuner
import pytest

from st_keras.tuning import ModeRNNHyperModel
from tests.refusals import refused


def space(**overrides):
    arguments = {"layers": 1, "patch_size": 4, "context_length": 2, "precision": "float32"}
    return ModeRNNHyperModel((8, 12, 1), 2, **{**arguments, **overrides})


def test_slots_divide_twice_the_width():
    one = space(filters=(3, 4, 8), num_slots=(2, 3, 8))
    known = keras_tuner.HyperParameters()
    one.settings(known)
    for seed in range(40):
        # As an oracle draws: in the order of the space, what is active.
        hp = keras_tuner.HyperParameters()
        for each in known.space:
            hp.merge([each])
            if hp.is_active(each):
                hp.values[each.name] = each.random_sample(seed)
        assert 2 * hp["filters"] % hp["num_slots"] == 0
        network, _ = one.settings(hp)
        assert network["num_slots"] == hp["num_slots"]


def test_one_choice_where_all_fit():
    hp = keras_tuner.HyperParameters()
    space(filters=(4, 8), num_slots=(2, 4)).settings(hp)
    assert [each.name for each in hp.space].count("num_slots") == 1


def test_builds_what_was_chosen():
    hp = keras_tuner.HyperParameters()
    hp.values = {"filters": 4, "num_slots": 4, "softmax_importance": True, "slot_scale": True}
    model = space(filters=(4, 8), slot_scale=(False, True), layer_norm=False).build(hp)
    network = model.network
    assert (network.num_slots, network.softmax_importance, network.slot_scale) == (4, True, True)
    assert (network.layer_norm, network.separate_slots, model.built) == (False, False, True)
    assert model.decoupling_weight == 0.0


def test_refused():
    with pytest.raises(
        ValueError, match=r"filters=5 with num_slots=\(4, 8\)\. Required: .*divides 2 F, here 10"
    ):
        space(filters=(4, 5), num_slots=(4, 8))
    refused(r"filters=1\. Required: an int of at least 2", space, filters=1)
    refused("slot_scale='on'", space, slot_scale="on")
