"""Losses by name."""

from keras.losses import Huber, MeanAbsoluteError, MeanSquaredError

from st_keras.losses.balanced_errors import BalancedMSE
from st_keras.losses.lead_time_weights import LeadTimeWeights
from st_keras.losses.soft_csi import SoftCSI
from st_keras.validation import check_one_of, error

_OF_KERAS = {"mse": MeanSquaredError, "mae": MeanAbsoluteError, "huber": Huber}
_OF_THRESHOLDS = {"balanced": BalancedMSE, "soft-csi": SoftCSI}
LOSSES = {**_OF_KERAS, **_OF_THRESHOLDS}


def build_loss(name, thresholds=None, lead_weights=None, units=None):
    """Return the loss of a name, for `compile`.

        mse, mae, huber   Keras' own: of the valid values, where some are missing
        balanced          `BalancedMSE`: errors weigh more where it rains more
        soft-csi          `SoftCSI`: the critical success index

    Args:
        name: str, one of `st_keras.choices.LOSSES`.
        thresholds: list of floats in the user's units, for "balanced" and "soft-csi". Default None:
            theirs, which are rain rates in mm/h.
        lead_weights: list of floats >= 0, one for each lead time. Default None: all weigh 1.
        units: str, those of the data, or None: not known. Default None.

    Returns:
        `keras.losses.Loss`.

    Raises:
        ValueError: for another name, thresholds of a loss that has none, or data in other units
            than mm/h without thresholds.

    Example:

    >>> build_loss("balanced", thresholds=[1.0, 10.0]).weights
    [1.0, 2.0, 20.0]
    """
    check_one_of("build_loss", "name", name, LOSSES)
    if name in _OF_THRESHOLDS:
        if thresholds is None and units not in (None, "mm/h"):
            raise error(
                "build_loss",
                f"the loss {name!r} without thresholds for data in {units}",
                f"thresholds in {units}: those that stand for none are rain rates in mm/h",
                f"Pass thresholds in {units}.",
            )
        given = {} if thresholds is None else {"thresholds": thresholds}
        return LOSSES[name](lead_weights=lead_weights, **given)
    if thresholds is not None:
        raise error(
            "build_loss",
            f"thresholds={thresholds!r} with the loss {name!r}",
            f"one of {', '.join(map(repr, _OF_THRESHOLDS))} for thresholds",
            "Leave thresholds out, or choose one of these losses.",
        )
    loss = LOSSES[name]()
    return loss if lead_weights is None else LeadTimeWeights(loss, lead_weights)
