"""Flags of `st-keras doctor`."""

from st_keras.choices import REMATS
from st_keras.cli import flag_types as types
from st_keras.cli.doctor.probe_request import SLOWVAE
from st_keras.cli.evaluate_flags import given
from st_keras.validation import error

MACHINE = "machine"
DEFAULT_FRAMES = 20
DEFAULT_PAIRS = 32


def add_machine_flags(parser, precisions):
    """Add the flags of `doctor` without the name of a network."""
    _add_output_flags(parser)
    group = parser.add_argument_group("a saved model")
    group.add_argument(
        "--model",
        dest="model_file",
        type=types.path,
        metavar="MODEL.keras",
        help="predict the memory of training it further; or a preset",
    )
    _add_size_flags(group, frames="as trained", image_shape="as trained", batch_size="as trained")
    group.add_argument("--precision", choices=precisions, help="default: as saved")
    group.add_argument("--remat", choices=REMATS, help="compute activations again")
    parser.checks = (*parser.checks, check_model_named)


def add_network_size_flags(parser, model, precisions):
    """Add what `doctor MODEL` has beside the flags of the network, which are those of `train`."""
    _add_output_flags(parser)
    group = parser.add_argument_group("training step")
    pairs = model == SLOWVAE
    _add_size_flags(
        group,
        frames=None if pairs else str(DEFAULT_FRAMES),
        image_shape="64,64,1",
        batch_size=f"{DEFAULT_PAIRS} pairs" if pairs else "as the preset",
    )
    group.add_argument("--precision", choices=precisions, default="float32")
    parser.set_defaults(steps=None)


def check_model_named(options):
    """Refuse what belongs to a training step where no model is named."""
    if options.model_file is not None:
        return
    names = ("batch_size", "frames", "image_shape", "precision", "remat")
    passed = given(options, names) + ["--verify"] * options.verify
    if passed:
        raise error(
            "st-keras doctor",
            f"{passed[0]} without a model",
            "--model MODEL.keras, or the name of a network and its flags as for train",
            "Write for example: st-keras doctor predrnn --filters 64,64 --batch-size 8.",
        )


def _add_output_flags(parser):
    parser.add_argument("--json", action="store_true", help="print JSON, no tables")
    parser.add_argument(
        "--verify",
        action="store_true",
        help="run the batch too, and print predicted beside measured memory",
    )


def _add_size_flags(group, frames, image_shape, batch_size):
    # Both names: that of `train`, and a short one to try many with.
    text = f"default: {batch_size}"
    group.add_argument("--batch-size", "--batch", type=types.whole(1), metavar="N", help=text)
    if frames is not None:
        text = f"context and horizon together (default: {frames})"
        group.add_argument("--frames", type=types.whole(2), metavar="T", help=text)
    group.add_argument(
        "--image-shape",
        type=types.image_shape,
        metavar="H,W,C",
        help=f"of the frames (default: {image_shape})",
    )
