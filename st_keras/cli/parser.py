"""The grammar of `st-keras`: commands, flags, their ranges and defaults."""

import argparse

from st_keras.cli import flag_types as types
from st_keras.datasets.frame_array import AXES
from st_keras.models.predrnn.presets import PRESETS
from st_keras.training import SAMPLINGS

MODELS = ("predrnn",)
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
AXES_HELP = "axes of an array of frames (default: told by its rank)"
DATA_HELP = (
    "'digits' (embedded, default where optional), a Keras digit file such as mnist.npz, or frames "
    "(N,T,H,W[,C]) or (T,H,W[,C]) in a .npy or .npz file (FILE.npz:KEY picks an array)"
)


class Parser(argparse.ArgumentParser):
    """An `ArgumentParser` whose refusals have the package's three parts."""

    def error(self, message):
        """Print the refusal and exit with status 2."""
        if "Required:" not in message:
            message = (
                f"received an unusable command line: {message}. "
                f"Required: the arguments that `{self.prog} --help` lists. "
                "Correct the argument and run it again."
            )
        self.exit(2, f"{self.prog}: {message}\n")


def build_parser():
    """Return the parser. Its result has `command` and one attribute per flag of that command."""
    parser = Parser(prog="st-keras", description="Spatiotemporal prediction: train, score, serve.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_demo(commands)
    _add_train(commands)
    _add_evaluate(commands)
    _add_forecast(commands)
    _add_export(commands)
    return parser


def _add_command(commands, name, text):
    return commands.add_parser(name, help=text, description=text, allow_abbrev=False)


def _add_demo(commands):
    parser = _add_command(
        commands, "demo", "Train a small model within five minutes, score it, draw it, export it."
    )
    parser.add_argument("model", nargs="?", choices=MODELS, default="predrnn", metavar="MODEL")
    parser.add_argument("--data", default="digits", help=DATA_HELP)
    parser.add_argument("--out", type=types.path, help="new folder (default: st_keras_demo[-N])")
    _add_window_flags(parser)
    _add_fit_flags(parser)


def _add_train(commands):
    parser = _add_command(commands, "train", "Train a model and save it.")
    parser.add_argument("model", choices=MODELS, metavar="MODEL", help=", ".join(MODELS))
    parser.add_argument("--data", required=True, help=DATA_HELP)
    parser.add_argument("--out", type=types.path, required=True, help="new folder for the run")
    _add_window_flags(parser)
    _add_fit_flags(parser)
    network = parser.add_argument_group("network")
    network.add_argument(
        "--preset", choices=PRESETS, default="smoke", help="network and recipe (default: smoke)"
    )
    network.add_argument("--filters", type=types.whole_numbers, help="per layer, such as 64,64")
    network.add_argument("--kernel-size", type=types.whole(1), help="odd")
    network.add_argument("--patch-size", type=types.whole(1))
    network.add_argument("--layer-norm", action="store_true", default=None)
    network.add_argument("--no-decoupling", action="store_true", help="PredRNN V1 instead of V2")
    recipe = parser.add_argument_group("recipe (defaults: those of the preset)")
    recipe.add_argument("--learning-rate", type=types.number(0.0, above=True))
    recipe.add_argument("--decay", choices=("constant", "cosine"), help="of the learning rate")
    recipe.add_argument("--decoupling-weight", type=types.number(0.0))
    recipe.add_argument("--sampling", choices=SAMPLINGS)
    recipe.add_argument("--reverse-input", action=argparse.BooleanOptionalAction)
    recipe.add_argument("--jit-compile", action="store_true", help="compile with XLA")


def _add_evaluate(commands):
    parser = _add_command(commands, "evaluate", "Score a trained model beside persistence.")
    _add_model_file(parser)
    parser.add_argument("--data", default="digits", help=DATA_HELP)
    parser.add_argument("--out", type=types.path, required=True, help="new folder for the scores")
    parser.add_argument("--horizon", type=types.whole(1), help="frames (default: as trained)")
    _add_array_flags(parser)
    _add_evaluation_flags(parser)


def _add_forecast(commands):
    parser = _add_command(commands, "forecast", "Forecast what follows the end of each sequence.")
    _add_model_file(parser)
    parser.add_argument("--data", required=True, help="frames in a .npy or .npz file")
    parser.add_argument("--out", type=types.path, required=True, help="new .npy file")
    parser.add_argument("--horizon", type=types.whole(1), default=10, help="frames (default: 10)")
    parser.add_argument(
        "--context-length", type=types.whole(1), help="frames read (default: as in training)"
    )
    parser.add_argument("--axes", choices=AXES, help=AXES_HELP)
    parser.add_argument("--batch-size", type=types.whole(1), default=8)


def _add_export(commands):
    parser = _add_command(commands, "export", "Write a trained model as a SavedModel.")
    _add_model_file(parser)
    parser.add_argument(
        "--out", type=types.path, required=True, help="new folder, such as nowcast/1"
    )


def _add_model_file(parser):
    parser.add_argument("model_file", type=types.path, metavar="MODEL.keras")


def _add_window_flags(parser):
    group = parser.add_argument_group("windows")
    group.add_argument("--context-length", type=types.whole(1), default=10, help="default: 10")
    group.add_argument("--horizon", type=types.whole(1), default=10, help="default: 10")
    _add_array_flags(group)


def _add_array_flags(group):
    group.add_argument("--stride", type=types.whole(1), help="frames between windows (default: 1)")
    group.add_argument("--axes", choices=AXES, help=AXES_HELP)


def _add_fit_flags(parser):
    group = parser.add_argument_group("training")
    group.add_argument("--steps", type=types.whole(1), help="batches (default: as the preset)")
    group.add_argument("--batch-size", type=types.whole(1), help="default: as the preset")
    group.add_argument("--seed", type=types.whole(0, 2**32 - 1), default=0, help="default: 0")
    group.add_argument("--precision", choices=PRECISIONS, default="float32")
    group.add_argument("--max-minutes", type=types.number(0.01), help="stop training after so long")


def _add_evaluation_flags(parser):
    parser.add_argument(
        "--sequences", type=types.whole(1), default=64, help="test sequences (default: 64)"
    )
    parser.add_argument("--batch-size", type=types.whole(1), default=8)
