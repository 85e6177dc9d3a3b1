"""Flags of the commands that train and score SlowVAE."""

from st_keras.choices import LIKELIHOODS, OBJECTIVES
from st_keras.cli import flag_types as types
from st_keras.cli.slowvae.pair_spec import check_pairs

TRANSITIONS = ("laplace", "uniform")
PROTOCOLS = ("quick", "reference")
DATA_HELP = (
    "'sprites' (drawn here; sprites=random or sprites=hue in colour), kitti-masks=FILE, "
    "natural-sprites=FILE.csv, natural-sprites-discrete=FILE.csv, or a factor grid: dsprites, "
    "shapes3d, smallnorb, cars3d, mpi3d_real, mpi3d_toy, mpi3d_realistic, each with =FILE as "
    "published, or alone as prepared by tensorflow-datasets"
)
# Published are 300,000; sprites are told apart after a tenth.
DEFAULT_STEPS = 30_000
DEMO_STEPS = 3_000


def add_data_flags(parser, default=None):
    """Add `--data` and the flags of `add_pair_flags`."""
    if default is None:
        parser.add_argument("--data", required=True, help=DATA_HELP)
    else:
        parser.add_argument("--data", default=default, help=DATA_HELP)
    parser.checks = (*parser.checks, check_pairs)
    add_pair_flags(parser.add_argument_group("pairs"))


def add_pair_flags(pairs):
    """Add what says how pairs are drawn from the data."""
    pairs.add_argument(
        "--transition", choices=TRANSITIONS, help="on factor grids (default: laplace)"
    )
    pairs.add_argument(
        "--transition-rate",
        type=types.number(0.0, above=True),
        help="of Laplace transitions on factor grids (default: 1)",
    )
    pairs.add_argument(
        "--max-delta-t", type=types.whole(1), help="frames between KITTI masks (default: 5)"
    )


def add_model_flags(parser):
    """Add the constructor arguments of `SlowVAE`, and the learning rate."""
    model = parser.add_argument_group("model")
    model.add_argument("--latent-size", type=types.whole(1), default=10, help="default: 10")
    model.add_argument("--beta", type=types.number(0.0), default=1.0, help="default: 1")
    model.add_argument(
        "--gamma", type=types.number(0.0), default=10.0, help="default: 10; 0 is a beta-VAE"
    )
    model.add_argument("--rate", type=types.number(0.0, above=True), default=6.0, help="default: 6")
    model.add_argument("--objective", choices=OBJECTIVES, default="reference")
    model.add_argument("--likelihood", choices=LIKELIHOODS, default="bernoulli")
    model.add_argument(
        "--learning-rate", type=types.number(0.0, above=True), default=1e-4, help="default: 1e-4"
    )


def add_fit_flags(parser, steps=DEFAULT_STEPS):
    """Add what says how long and on what to train."""
    group = parser.add_argument_group("training")
    group.add_argument(
        "--steps", type=types.whole(1), default=steps, help=f"batches (default: {steps})"
    )
    group.add_argument(
        "--batch-size", type=types.whole(1), default=32, help="pairs (default: 32: 64 images)"
    )
    group.add_argument("--seed", type=types.whole(0, 2**32 - 1), default=0, help="default: 0")


def add_protocol_flag(parser):
    """Add `--protocol`."""
    parser.add_argument(
        "--protocol",
        choices=PROTOCOLS,
        help="how many samples the scores take (default: quick; reference takes many minutes)",
    )
