import pytest

from st_keras.layers import FrameNormalization
from st_keras.training import ScheduledSampling
from st_keras.training.forecaster_parts import check_parts, decoupling_weight_of
from tests.tiny import ScalarNetwork, tiny_network


def test_parts_of_a_forecaster():
    check_parts(ScalarNetwork(), None, None)
    check_parts(ScalarNetwork(), ScheduledSampling(), FrameNormalization())


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((None, None, None), "network=None. Required: an object with `loss_terms`"),
        (("predrnn", None, None), "network='predrnn'.*Pass network=st_keras.models.PredRNN"),
        ((ScalarNetwork(), 0.5, None), "sampling=0.5.*ReverseScheduledSampling.over"),
        ((ScalarNetwork(), None, 255), "normalization=255.*FrameNormalization.from_range"),
    ],
)
def test_other_things(parts, message):
    with pytest.raises(ValueError, match=f"Forecaster: received {message}"):
        check_parts(*parts)


def test_the_weight_of_decoupling():
    measuring = tiny_network(decoupling=True)
    assert decoupling_weight_of(measuring) == 0.1
    assert decoupling_weight_of(measuring, 0.5) == 0.5
    assert (
        decoupling_weight_of(ScalarNetwork()) == decoupling_weight_of(ScalarNetwork(), 0.0) == 0.0
    )
    with pytest.raises(ValueError, match=r"weight=0.5 with a network whose loss terms are \[\]"):
        decoupling_weight_of(ScalarNetwork(), 0.5)
    with pytest.raises(ValueError, match=r"decoupling_weight=-1"):
        decoupling_weight_of(measuring, -1)
