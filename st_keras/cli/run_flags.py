"""Flags of `train` that say on what it runs, and how it goes on: they change no numbers."""

from st_keras.choices import STRATEGIES
from st_keras.cli import flag_types as types

RESUME_EVERY = 100


def add_out_flags(parser):
    """Add `--out` and `--resume`."""
    parser.add_argument("--out", type=types.path, required=True, help="new folder for the run")
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on with the run in --out if there is one, else start: one command for every start",
    )


def add_device_flags(parser):
    """Add what says on which devices to train, and how often to save training state."""
    group = parser.add_argument_group("devices and interruptions")
    group.add_argument(
        "--strategy",
        choices=STRATEGIES,
        default="auto",
        help="auto (default): the workers of TF_CONFIG, else all GPUs, else one device. The batch "
        "size is that of all together",
    )
    group.add_argument(
        "--resume-every",
        type=types.whole(1),
        default=RESUME_EVERY,
        metavar="BATCHES",
        help=f"write the state that --resume goes on from (default: {RESUME_EVERY})",
    )
    group.add_argument(
        "--tensorboard",
        action="store_true",
        help="write curves, and forecasts of validation sequences, to tensorboard/ in --out",
    )


def add_deterministic_flag(parser):
    """Add `--deterministic`."""
    parser.add_argument(
        "--deterministic",
        action="store_true",
        help="the same bits in every run, resumed or repeated ones too, on the same machine; "
        "slower on GPUs",
    )
