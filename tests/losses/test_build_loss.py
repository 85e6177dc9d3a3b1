"""Losses by name."""

import pytest

from st_keras.choices import LOSSES as NAMES
from st_keras.losses import BalancedMSE, LeadTimeWeights, SoftCSI, build_loss
from st_keras.losses.build_loss import LOSSES
from tests.refusals import refused


def test_names_are_those_that_settings_choose_among():
    assert tuple(LOSSES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_what_a_name_is(name):
    plain, weighted = build_loss(name), build_loss(name, lead_weights=[1.0, 0.5])
    assert type(plain) is LOSSES[name]
    assert weighted.lead_weights == [1.0, 0.5]
    if name in ("mse", "mae", "huber"):
        assert isinstance(weighted, LeadTimeWeights) and type(weighted.loss) is LOSSES[name]
        return
    assert isinstance(weighted, (BalancedMSE, SoftCSI))
    assert build_loss(name, thresholds=[1.0, 4.0]).thresholds == [1.0, 4.0]


def test_refusals():
    refused(r"build_loss: received name='csi'\. Required: one of 'mse'", build_loss, "csi")
    message = (
        r"the loss 'soft-csi' without thresholds for data in dBZ\. Required: thresholds in dBZ"
    )
    refused(message, build_loss, "soft-csi", units="dBZ")
    assert build_loss("balanced", [20, 35], units="dBZ").thresholds == [20, 35]
    assert build_loss("balanced", units="mm/h").thresholds == [2, 5, 10, 30]
    message = r"thresholds=\[2\] with the loss 'mae'\. Required: one of 'balanced', 'soft-csi'"
    refused(message, build_loss, "mae", thresholds=[2])
