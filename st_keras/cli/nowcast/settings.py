"""Settings of a `Nowcaster`: what it learns, of which windows, how long."""

from dataclasses import dataclass

from st_keras.choices import DECISIONS, RESIDUALS
from st_keras.cli.frame_data import Windows
from st_keras.cli.run_settings import Fit, seed
from st_keras.settings import value_types as types
from st_keras.settings.setting import given, setting, switch
from st_keras.validation import error

DEFAULT_STEPS, DEFAULT_BATCH_SIZE = 800, 4


@dataclass(frozen=True, kw_only=True)
class NowcastWindows(Windows):
    """Windows of an hour of 5-minute steps, after half an hour."""

    context_length: int = setting(types.whole(3), 6, "default: 6")
    horizon: int = setting(types.whole(1), 12, "default: 12")


@dataclass(frozen=True, kw_only=True)
class NowcasterSettings:
    """Constructor arguments of `Nowcaster`, and how fast it learns."""

    residual: str = setting(
        choices=RESIDUALS, default="unet", help="network that learns what motion leaves over"
    )
    leads_per_batch: int = setting(types.whole(1), 4, "lead times that a batch learns (default: 4)")
    decision: str = setting(
        choices=DECISIONS,
        default="csi",
        help="how one field is made of the distribution (default: csi)",
    )
    learning_rate: float = setting(types.number(0.0, above=True), 2e-3, "default: 0.002")

    def arguments(self):
        """Return the constructor arguments as a dict."""
        return {name: value for name, value in vars(self).items() if name != "learning_rate"}


@dataclass(frozen=True, kw_only=True)
class NowcastSampling:
    """Which windows are drawn, and how they are changed."""

    importance: float | None = setting(
        types.number(0.0, above=True),
        None,
        metavar="LEVEL",
        help="draw windows with more rain more often, counted up to this rate in mm/h (default: "
        "all windows alike)",
    )
    as_recorded: bool = switch(
        "leave windows as they are (default: flipped, backwards, and times 0.55 to 1.82, at random)"
    )


@dataclass(frozen=True, kw_only=True)
class NowcastFit(Fit):
    """How long and in what precision a Nowcaster is trained."""

    steps: int = setting(types.whole(1), DEFAULT_STEPS, f"batches (default: {DEFAULT_STEPS})")
    batch_size: int = setting(
        types.whole(1),
        DEFAULT_BATCH_SIZE,
        f"sequences (default: {DEFAULT_BATCH_SIZE})",
        also=("--batch",),
    )


@dataclass(frozen=True, kw_only=True)
class Ensemble:
    """What a forecast of a Nowcaster has besides one field."""

    members: int | None = setting(
        types.whole(1), None, "also so many members, coherent in space and time (default: none)"
    )
    seed: int | None = seed(None, "of the members (default: 0)")
    probability: tuple | None = setting(
        types.reals,
        None,
        metavar="RATES",
        help="also the probabilities that these rates in mm/h are reached, such as 0.5,1,5 "
        "(default: none)",
    )
    optimise_for: str | None = setting(
        choices=DECISIONS,
        default=None,
        help="how one field is made of the distribution (default: as trained)",
    )

    def check(self, out):
        """Refuse rates that are none, a seed of nothing, and a file that holds one array."""
        if self.probability is not None and not all(rate > 0 for rate in self.probability):
            raise error(
                "--probability",
                ",".join(f"{rate:g}" for rate in self.probability),
                "rates above 0, in mm/h",
                "Pass for example --probability 0.5,1,5.",
            )
        if self.seed is not None and self.members is None:
            raise error(
                "--seed", f"{self.seed} without --members", "members to draw", "Leave --seed out."
            )
        more = self.members is not None or self.probability is not None
        if more and out.suffix == ".npy":
            flag = "--probability" if self.members is None else "--members"
            raise error(
                flag,
                f"it with --out {out}, which holds one array",
                "--out with a name that ends in .nc or .zarr",
                f"Write to {out.with_suffix('.nc')}.",
            )

    def refuse(self):
        """Refuse what a model that is no Nowcaster does not have."""
        for flag in given(self):
            raise error(
                flag,
                "it with a file that holds a Forecaster",
                "a file that holds a Nowcaster",
                f"Leave {flag} out.",
            )
