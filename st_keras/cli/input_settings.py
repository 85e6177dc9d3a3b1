"""Settings of what a network reads: missing pixels, and channels that are not forecast."""

from dataclasses import dataclass

from st_keras.settings import value_types as types
from st_keras.settings.setting import setting, switch
from st_keras.validation import error

TITLE = "missing pixels and other inputs"


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What a forecaster reads besides the frames that it forecasts."""

    targets: str | None = setting(
        default=None,
        metavar="NAMES",
        help="variables that are forecast, with commas; the others are inputs (default: all)",
    )
    future_inputs: str | None = setting(
        default=None,
        metavar="NAME=WHAT",
        help="what each input is after the context, with commas: known (given), held (its last "
        "frame stands), or absent",
    )
    fill_value: float | None = setting(
        types.real,
        None,
        metavar="NUMBER",
        help="what the network reads at missing pixels, in the units of the data (default: the "
        "lowest value of the training part)",
    )
    validity_channel: bool = switch("the network also reads where values are there")

    def target_names(self):
        """Return the targets as a tuple, or None: all."""
        return None if self.targets is None else tuple(self.targets.split(","))

    def futures(self):
        """Return what each input is in the future, {name: what}, or None."""
        if self.future_inputs is None:
            return None
        pairs = [text.partition("=") for text in self.future_inputs.split(",")]
        wrong = [text for text, between, what in pairs if not (text and between and what)]
        if wrong:
            raise error(
                "--future-inputs",
                repr(self.future_inputs),
                "NAME=known, NAME=held or NAME=absent for each input, with commas",
                "Pass for example --future-inputs height=held,time_of_day_sin=known.",
            )
        return {name: what for name, _, what in pairs}
