"""The members that ModeRNN's reference code never uses, as its state dict has them."""

import numpy as np
import pytest

from st_keras.models import ModeRNN
from st_keras.models.modernn.published_weights import DEAD, unused_members
from tests.golden import Golden


def network(filters, image_shape):
    network = ModeRNN(filters=filters)
    network.build((None, None, *image_shape))
    return network


def test_values():
    members = unused_members(network((4, 4), (8, 8, 1)))
    assert len(members) == 2 * 14
    for name, array in members.items():
        assert DEAD.fullmatch(name)
        is_scale = name.endswith(("norm.weight", "conv_main.1.weight"))
        np.testing.assert_array_equal(array, 1.0 if is_scale else 0.0)


def test_as_many_as_counted_in_the_released_network():
    members = unused_members(network((64,), (64, 64, 1)))
    parameters = sum(a.size for n, a in members.items() if not n.endswith("batches_tracked"))
    assert parameters == 594_688


@pytest.mark.needs_data
def test_names_shapes_and_types_of_the_golden_state_dict():
    golden = Golden("modernn_eval")
    members = unused_members(network(golden.meta["num_hidden"], (16, 16, 1)))
    theirs = {n: a for n, a in golden.group("param").items() if DEAD.fullmatch(n)}
    described = [{n: (a.shape, a.dtype) for n, a in each.items()} for each in (members, theirs)]
    assert described[0] == described[1]
