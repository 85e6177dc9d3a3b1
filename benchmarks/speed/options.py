"""The options of `python -m benchmarks speed`, and what is refused before any work starts."""

import argparse
import importlib.util

from benchmarks.result_folder import new_folder
from st_keras.choices import PRECISIONS as POLICIES
from st_keras.choices import REMATS
from st_keras.validation import check_divisible, check_int, check_one_of, error

WHERE = "benchmarks speed"
MODELS = ("predrnn_v2", "predrnn_v1", "modernn", "convlstm", "slowvae")
MODES = ("train", "inference", "forecast", "step")
BACKENDS = ("tensorflow", "jax")
# What a network without a rollout can be asked, and what JAX can: `Forecaster` needs TensorFlow.
SLOWVAE_MODES = JAX_MODES = ("train", "inference")
SLOWVAE_REDUCTION = 16


def parsed(arguments):
    """Return the options of a command line, lists as tuples; `argparse` ends on what it refuses."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks speed",
        description="Time the networks, in turns with PyTorch's, in one run.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--models", type=_names, default=MODELS, help=f"some of {','.join(MODELS)}")
    add("--modes", type=_names, help=f"some of {','.join(MODES)}; default: all that are possible")
    add("--policies", type=_names, help=f"some of {','.join(POLICIES)}; float16: only on a GPU")
    add("--filters", type=_names, default=("64",) * 4, help="one width per layer")
    add("--kernel-size", type=int, default=5)
    add("--batch", type=int, default=4, help="sequences per step")
    add("--frames", type=int, default=20, help="per sequence; the first half is the context")
    add("--size", type=int, default=64, help="height and width in pixels")
    add("--patch", type=int, default=4, help="patch size")
    add("--images", type=int, default=128, help="per step of SlowVAE, even")
    add("--remat", choices=("none", *REMATS), default="none")
    add("--rounds", type=int, default=5, help="that count, after one that does not")
    add("--backend", choices=BACKENDS, default="tensorflow", help="of Keras")
    add(
        "--peer",
        action=argparse.BooleanOptionalAction,
        default=importlib.util.find_spec("torch") is not None,
        help="PyTorch's stand-in beside ours; default: where torch is installed",
    )
    add("--compile", action="store_true", help="torch.compile of the stand-in too; takes minutes")
    add("--output", type=new_folder, metavar="FOLDER", help="new, for speed.json and speed.md")
    return parser.parse_args(arguments)


def checked(options):
    """Return the options with widths as ints and modes chosen; raise `ValueError` on bad ones."""
    for name, values, allowed in (
        ("--models", options.models, MODELS),
        ("--modes", options.modes or (), MODES),
        ("--policies", options.policies or (), POLICIES),
    ):
        for value in values:
            check_one_of(WHERE, name, value, allowed)
    options.filters = tuple(_width(text) for text in options.filters)
    for name, minimum in (("batch", 1), ("frames", 2), ("size", 1), ("patch", 1), ("rounds", 1)):
        check_int(WHERE, f"--{name}", getattr(options, name), minimum)
    check_int(WHERE, "--images", options.images, 2)
    check_divisible(WHERE, "--images", options.images, "the frames of a pair", 2)
    if set(options.models) - {"slowvae"}:
        check_divisible(WHERE, "--size", options.size, "--patch", options.patch)
    if "slowvae" in options.models and options.size % SLOWVAE_REDUCTION:
        raise error(
            WHERE,
            f"--size={options.size} with slowvae among the --models",
            f"a multiple of {SLOWVAE_REDUCTION}, to which SlowVAE reduces its images",
            "Choose another --size, or leave slowvae out.",
        )
    if options.backend == "jax":
        _check_jax(options)
    if options.peer and importlib.util.find_spec("torch") is None:
        raise error(
            WHERE,
            "--peer where PyTorch is not installed",
            "the package torch",
            "Install it (pip install torch), or leave --peer out.",
        )
    options.device = "cpu"  # until the backend has been asked
    if options.modes is None:
        options.modes = JAX_MODES if options.backend == "jax" else MODES
    return options


def _names(text):
    return tuple(part.strip() for part in text.split(","))


def _width(text):
    if not text.isdecimal():
        raise error(
            WHERE,
            f"--filters with {text!r}",
            "one whole number per layer, joined by commas",
            "Pass for example --filters 64,64,64,64.",
        )
    return check_int(WHERE, "--filters", int(text), 1)


def _check_jax(options):
    if importlib.util.find_spec("jax") is None:
        raise error(
            WHERE, "--backend jax", "the package jax", "Install it: pip install st_keras[jax]."
        )
    if options.models == MODELS:  # the default
        options.models = MODELS[:-1]
    asked = {"--models": set(options.models) & {"slowvae"}}
    asked["--modes"] = set(options.modes or ()) - set(JAX_MODES)
    for name, values in asked.items():
        if values:
            raise error(
                WHERE,
                f"{name} {','.join(sorted(values))} with --backend jax",
                "PredRNN, ModeRNN or ConvLSTM and the modes train and inference, because SlowVAE's "
                "training, forecasts and streams need TensorFlow",
                "Leave it out, or use --backend tensorflow.",
            )


def modes_of(options, model):
    """Return the modes to be measured of one network."""
    return [m for m in options.modes if model != "slowvae" or m in SLOWVAE_MODES]
