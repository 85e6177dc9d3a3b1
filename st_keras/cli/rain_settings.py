"""Settings of training on rain and its like: transform, loss, which windows are drawn."""

from dataclasses import dataclass

from st_keras.choices import LOSSES, TRANSFORMS
from st_keras.settings import value_types as types
from st_keras.settings.setting import given, setting
from st_keras.validation import error

TITLE = "transform, loss and sampling of windows"
CHANGES = ("flips", "turns", "time-reversal")


@dataclass(frozen=True, kw_only=True)
class Rain:
    """How values are transformed and weighed, and which windows are drawn."""

    transform: str | None = setting(
        choices=TRANSFORMS,
        default=None,
        help="between the units of the data and the network, saved in the model (default: none, "
        "which is linear from the lowest to the highest value)",
    )
    loss: str | None = setting(choices=LOSSES, default=None, help="default: mse")
    loss_thresholds: tuple | None = setting(
        types.reals,
        None,
        metavar="NUMBERS",
        help="in the units of the data, of the losses balanced and soft-csi (default: theirs, in "
        "mm/h)",
    )
    importance: float | None = setting(
        types.number(0.0, above=True),
        None,
        metavar="LEVEL",
        help="draw windows with more rain more often, counted up to this level in the units of the "
        "data (default: all windows alike)",
    )
    augment: tuple | None = setting(
        types.names_among(CHANGES),
        None,
        metavar="NAMES",
        help=f"change half of the windows at random, out of {', '.join(CHANGES)} (default: none)",
    )
    scaling: tuple | None = setting(
        types.reals,
        None,
        metavar="LOW,HIGH",
        help="multiply the targets of each window by a factor between these (default: none)",
    )

    def check(self):
        """Refuse thresholds of a loss that has none, and a range of factors that is none."""
        if self.loss_thresholds is not None and self.loss not in ("balanced", "soft-csi"):
            raise error(
                "--loss-thresholds",
                f"it with --loss {self.loss or 'mse'}",
                "--loss balanced or soft-csi",
                "Leave --loss-thresholds out, or choose one of these losses.",
            )
        low, high = (self.scaling or (1.0, 1.0)) if len(self.scaling or (1, 1)) == 2 else (0, 0)
        if not 0 < low <= high:
            raise error(
                "--scaling",
                ",".join(map(str, self.scaling)),
                "two numbers above 0, the first the lower",
                "Pass for example --scaling 0.8,1.25.",
            )

    def refuse(self):
        """Refuse what changes windows of an archive, for digits that are drawn to measure."""
        for flag in given(self):
            raise error(
                flag,
                "it with moving digits",
                "frames in files",
                f"Leave {flag} out.",
            )
