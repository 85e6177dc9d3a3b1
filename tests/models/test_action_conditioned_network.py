"""What both action-conditioned networks promise; the rest is tested with each."""

import keras
import pytest

from st_keras.models import ActionConditionedModeRNN, ActionConditionedPredRNN
from tests.tiny_actions import random_sequences


@pytest.mark.parametrize("cls", [ActionConditionedModeRNN, ActionConditionedPredRNN])
def test_symbolic_call_and_errors(cls):
    network = cls(2, (4,), kernel_size=3)
    frames, actions = keras.Input((None, 4, 8, 1)), keras.Input((None, 2))
    assert network(frames, actions).shape == (None, None, 4, 8, 1)
    assert network.size_divisor == 4
    assert network.compute_output_shape((2, 3, 4, 8, 1), (2, 3, 2)) == (2, 3, 4, 8, 1)
    data = random_sequences(2, 3)
    assert network(**data).shape == (2, 3, 4, 8, 1)
    with pytest.raises(ValueError, match=rf"{cls.__name__}: received frames without actions"):
        network(data["frames"], None)
    with pytest.raises(ValueError, match=rf"{cls.__name__}: .*actions"):
        network(data["frames"], data["actions"][..., :1])
