"""`st-keras study SUBJECT`: the same data, several methods and seeds, scores with intervals."""

import pathlib
from dataclasses import dataclass

from st_keras.cli.command import Command, CommandSettings
from st_keras.cli.run_settings import precision, seed
from st_keras.cli.slowvae.settings import DATA_HELP, PairFit, Pairs, protocol
from st_keras.datasets import DIGIT_MODES
from st_keras.models.family import forecasters
from st_keras.settings import value_types as types
from st_keras.settings.setting import part, setting
from st_keras.validation import error

LEAST_PER_MODE = 5  # test sequences, for the folds of the A-distance
MODES = ("one_digit", "two_digits", "three_digits")

NETWORKS = tuple(family.name for family in forecasters())


def _seeds(count):
    return setting(types.whole(1), count, f"how many (default: {count})")


@dataclass(frozen=True, kw_only=True)
class Study(CommandSettings):
    """What every study is told."""

    out: pathlib.Path | None = setting(
        types.path, None, "folder, new or of a study to go on with (default: st_keras_study[-N])"
    )


@dataclass(frozen=True, kw_only=True)
class ModesFit:
    """How every network of the study is trained."""

    steps: int = setting(
        types.whole(1),
        800,
        "batches, of every run: the mixture shows each of M modes in one M-th of them "
        "(default: 800)",
    )
    batch_size: int = setting(types.whole(1), 8, "default: 8")
    learning_rate: float = setting(types.number(0.0, above=True), 2e-3, "default: 2e-3")
    seed: int = seed()


@dataclass(frozen=True, kw_only=True)
class StudyModes(Study):
    """Forecasters on a mixture of modes, and on each alone."""

    seeds: int = _seeds(3)
    models: tuple = setting(
        types.names_among(NETWORKS),
        NETWORKS,
        f"with commas (default: {','.join(NETWORKS)})",
    )
    modes: tuple = setting(
        types.names_among(DIGIT_MODES, minimum=2),
        MODES,
        f"two or more of {', '.join(DIGIT_MODES)} (default: {','.join(MODES)})",
    )
    parameters: int = setting(
        types.whole(1000), 250_000, "trainable, of every model (default: 250000)"
    )
    context_length: int = setting(types.whole(1), 10, "default: 10")
    horizon: int = setting(types.whole(1), 10, "default: 10")
    test_sequences: int = setting(types.whole(20), 192, "of all modes (default: 192)")
    fit: ModesFit = part("training")
    precision: str = precision()

    def __post_init__(self):
        if self.test_sequences // len(self.modes) < LEAST_PER_MODE:
            raise error(
                "--test-sequences",
                f"{self.test_sequences} for {len(self.modes)} modes",
                f"at least {LEAST_PER_MODE} for each mode, or the A-distance cannot be measured",
                f"Pass --test-sequences {LEAST_PER_MODE * len(self.modes)} or more.",
            )


@dataclass(frozen=True, kw_only=True)
class StudySlowVAE(Study):
    """SlowVAE and beta-VAE."""

    data: str = setting(default="sprites", help=DATA_HELP)
    seeds: int = _seeds(5)
    pairs: Pairs = part("pairs")
    fit: PairFit = part("training")
    protocol: str | None = protocol()

    def __post_init__(self):
        self.pairs.check(self.data)


def study(settings):
    """Run the study of the subject."""
    if isinstance(settings, StudyModes):
        from st_keras.cli.modes.study import study_modes

        study_modes(settings)
    else:
        from st_keras.cli.slowvae.study import study_slowvae

        study_slowvae(settings)


COMMAND = Command(
    name="study",
    text="Train methods on the same data with several seeds; scores with intervals.",
    settings={"modes": StudyModes, "slowvae": StudySlowVAE},
    work=study,
)
