"""The flags of `st-keras study modes`."""

from st_keras.choices import NETWORKS
from st_keras.cli import flag_types as types
from st_keras.datasets import DIGIT_MODES
from st_keras.validation import error

LEAST_PER_MODE = 5  # test sequences, for the folds of the A-distance
MODES = ("one_digit", "two_digits", "three_digits")


def add_study_flags(parser):
    """Add what is trained, on what, and for how long."""
    parser.add_argument(
        "--models",
        type=types.names_among(NETWORKS),
        default=list(NETWORKS),
        help=f"with commas (default: {','.join(NETWORKS)})",
    )
    parser.add_argument(
        "--modes",
        type=types.names_among(DIGIT_MODES, minimum=2),
        default=list(MODES),
        help=f"two or more of {', '.join(DIGIT_MODES)} (default: {','.join(MODES)})",
    )
    parser.add_argument(
        "--parameters",
        type=types.whole(1000),
        default=250_000,
        help="trainable, of every model (default: 250000)",
    )
    parser.add_argument("--context-length", type=types.whole(1), default=10, help="default: 10")
    parser.add_argument("--horizon", type=types.whole(1), default=10, help="default: 10")
    parser.add_argument(
        "--test-sequences", type=types.whole(20), default=192, help="of all modes (default: 192)"
    )
    group = parser.add_argument_group("training")
    group.add_argument(
        "--steps",
        type=types.whole(1),
        default=800,
        help="batches, of every run: the mixture shows each of M modes in one M-th of them "
        "(default: 800)",
    )
    group.add_argument("--batch-size", type=types.whole(1), default=8, help="default: 8")
    group.add_argument(
        "--learning-rate", type=types.number(0.0, above=True), default=2e-3, help="default: 2e-3"
    )
    group.add_argument("--seed", type=types.whole(0, 2**32 - 1), default=0, help="default: 0")
    parser.checks = (*parser.checks, check_test_sequences)


def check_test_sequences(options):
    """Refuse too few test sequences for each mode."""
    if options.test_sequences // len(options.modes) < LEAST_PER_MODE:
        raise error(
            "--test-sequences",
            f"{options.test_sequences} for {len(options.modes)} modes",
            f"at least {LEAST_PER_MODE} for each mode, or the A-distance cannot be measured",
            f"Pass --test-sequences {LEAST_PER_MODE * len(options.modes)} or more.",
        )
