"""Protocols: which windows are forecast, and what is said of the forecasts.

Numbers of two protocols are not comparable. Name the protocol beside every number.
"""

import dataclasses

from st_keras.validation import check_one_of


@dataclasses.dataclass(frozen=True)
class RainProtocol:
    """How forecasts of rain are verified.

    An event is a value that reaches the threshold. A value counts where the truth is valid. Sums
    over all windows and pixels come first, for each lead time, ratios last. A mean over lead times
    leaves out those whose denominator is empty. NaN in a forecast is taken for no rain.

    Attributes:
        name: str.
        units: str, of frames and thresholds.
        thresholds: tuple of floats, of the contingency scores.
        fss_thresholds: tuple of floats, of the fractions skill score.
        scales: tuple of ints: sides of its squares, in pixels.
        minutes: int, between two frames.
        context_length: int, frames that a forecast may read.
        horizon: int, lead times.
        stride: int: windows begin at every such frame of a sequence.
    """

    name: str
    units: str
    thresholds: tuple
    fss_thresholds: tuple
    scales: tuple
    minutes: int
    context_length: int
    horizon: int
    stride: int

    def window_starts(self, frames):
        """Return where the windows of a sequence of so many frames begin; they never leave it.

        Example:
        >>> PROTOCOLS["radar-60min-v1"].window_starts(22)
        [0, 2, 4]
        """
        return list(range(0, frames - self.context_length - self.horizon + 1, self.stride))


PROTOCOLS = {
    protocol.name: protocol
    for protocol in [
        RainProtocol(
            name="radar-60min-v1",
            units="mm/h",
            thresholds=(0.5, 1.0, 2.0, 5.0),
            fss_thresholds=(1.0,),
            scales=(5,),
            minutes=5,
            context_length=6,
            horizon=12,
            stride=2,
        )
    ]
}


def protocol_of(where, protocol):
    """Return a protocol by its name, or the `RainProtocol` itself.

    Raises:
        ValueError: for a name that none has.
    """
    if isinstance(protocol, RainProtocol):
        return protocol
    return PROTOCOLS[check_one_of(where, "protocol", protocol, PROTOCOLS)]
