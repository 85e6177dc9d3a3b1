"""The pairs that SlowVAE is trained on, and how long."""

from dataclasses import dataclass

from st_keras.choices import CODE_PROTOCOLS
from st_keras.cli.run_settings import max_minutes, precision, seed
from st_keras.datasets.pairs.grid_specs import GRIDS
from st_keras.datasets.pairs.sprites import COLORS
from st_keras.settings import value_types as types
from st_keras.settings.setting import flag_of, setting
from st_keras.validation import error

TRANSITIONS = ("laplace", "uniform")
VIDEO_FILES = ("kitti-masks", "natural-sprites", "natural-sprites-discrete")
NAMES = ("sprites", *sorted(GRIDS), *VIDEO_FILES)
DATA_HELP = (
    "'sprites' (drawn here; sprites=random or sprites=hue in colour), kitti-masks=FILE, "
    "natural-sprites=FILE.csv, natural-sprites-discrete=FILE.csv, or a factor grid: dsprites, "
    "shapes3d, smallnorb, cars3d, mpi3d_real, mpi3d_toy, mpi3d_realistic, each with =FILE as "
    "published, or alone as prepared by tensorflow-datasets"
)
# Published are 300,000; sprites are told apart after a tenth.
DEFAULT_STEPS = 30_000
DEFAULT_PAIRS = 32


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """How pairs are drawn from the data."""

    transition: str | None = setting(
        choices=TRANSITIONS, default=None, help="on factor grids (default: laplace)"
    )
    transition_rate: float | None = setting(
        types.number(0.0, above=True), None, "of Laplace transitions on factor grids (default: 1)"
    )
    max_delta_t: int | None = setting(
        types.whole(1), None, "frames between KITTI masks (default: 5)"
    )

    def check(self, data):
        """Refuse data that are none, or flags that do not go with them.

        Args:
            data: str, the value of `--data`.
        """
        name, _, value = data.partition("=")
        if name not in NAMES:
            raise error(
                "--data",
                repr(data),
                f"one of {', '.join(NAMES)}, with =FILE where it is read from a file",
                "Pass sprites for data that need no file.",
            )
        if name in VIDEO_FILES and not value:
            raise error(
                "--data",
                f"{name} without a file",
                f"{name}=FILE",
                f"Pass the published file: --data {name}=FILE.",
            )
        if name == "sprites" and value and value not in COLORS:
            raise error(
                "--data",
                f"sprites={value}",
                f"sprites alone, or one of {', '.join('sprites=' + c for c in COLORS)}",
                "Pass --data sprites.",
            )
        if name in VIDEO_FILES:
            _refuse("transition", self.transition, name)
            _refuse("transition_rate", self.transition_rate, name)
        if name != "kitti-masks":
            _refuse("max_delta_t", self.max_delta_t, name)
        if self.transition == "uniform":
            _refuse("transition_rate", self.transition_rate, "--transition uniform")


def _refuse(name, value, what):
    if value is not None:
        flag = flag_of(name)
        raise error(flag, f"{value} with {what}", f"no {flag} there", f"Leave {flag} out.")


@dataclass(frozen=True, kw_only=True)
class PairFit:
    """How long and on what a SlowVAE is trained."""

    steps: int = setting(types.whole(1), DEFAULT_STEPS, f"batches (default: {DEFAULT_STEPS})")
    batch_size: int = setting(
        types.whole(1), DEFAULT_PAIRS, "pairs (default: 32: 64 images)", also=("--batch",)
    )
    seed: int = seed()


@dataclass(frozen=True, kw_only=True)
class LimitedPairFit(PairFit):
    """The same of one model."""

    precision: str = precision()
    max_minutes: float | None = max_minutes()


def protocol():
    """Return the field of the protocol of scores."""
    return setting(
        choices=CODE_PROTOCOLS,
        default=None,
        help="how many samples the scores take (default: quick; reference takes many minutes)",
    )
