import pytest

from st_keras.layers import FrameNormalization
from st_keras.training import ScheduledSampling
from st_keras.training.forecaster_parts import check_parts
from tests.tiny import ScalarNetwork


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
