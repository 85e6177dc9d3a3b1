"""Flags of `tune`: how to search, and what among."""

import argparse

from st_keras.choices import PRECISIONS, SAMPLINGS, SEARCH_SCORES
from st_keras.cli import flag_types as types
from st_keras.validation import error

TUNERS = ("random", "bayesian", "hyperband")
OBJECTIVES = ("val_mse", "val_mae", "val_loss")
SWITCH = {"off": False, "on": True}
# Arguments of the hyper models that are flags of the same name, with their kinds.
_WHOLE, _BOUNDS = "2,4", "LOW,HIGH"
RANGES = {
    "predrnn": {
        **{"layers": _WHOLE, "filters": _WHOLE, "kernel_size": _WHOLE, "patch_size": _WHOLE},
        **{"layer_norm": SWITCH, "decoupling": SWITCH},
        **{"sampling": SAMPLINGS, "sampling_until": _BOUNDS, "decoupling_weight": _BOUNDS},
        **{"learning_rate": _BOUNDS, "precision": PRECISIONS},
    },
    "modernn": {
        **{"layers": _WHOLE, "filters": _WHOLE, "num_slots": _WHOLE, "patch_size": _WHOLE},
        **{"layer_norm": SWITCH, "batch_norm": SWITCH, "softmax_importance": SWITCH},
        **{"separate_slots": SWITCH, "learned_initial_slots": SWITCH, "slot_scale": SWITCH},
        **{"sampling": SAMPLINGS, "sampling_until": _BOUNDS},
        **{"learning_rate": _BOUNDS, "precision": PRECISIONS},
    },
    "slowvae": {
        **{"latent_size": _WHOLE, "beta": _BOUNDS, "gamma": _BOUNDS, "rate": _BOUNDS},
        **{"learning_rate": _BOUNDS, "precision": PRECISIONS},
    },
}


def add_tune_flags(parser, model):
    """Add what `tune MODEL` says of the search and its ranges."""
    group = parser.add_argument_group("search")
    group.add_argument("--trials", type=types.whole(1), default=20, help="default: 20")
    group.add_argument(
        "--steps-per-trial", type=types.whole(1), default=500, help="batches (default: 500)"
    )
    group.add_argument(
        "--tuner",
        choices=TUNERS,
        default="bayesian",
        help="default: bayesian, whose first third is random. hyperband trains many trials for a "
        "ninth and a third of the batches, and goes on with the best",
    )
    batch_size = 32 if model == "slowvae" else 8
    group.add_argument(
        "--batch-size", type=types.whole(1), default=batch_size, help=f"default: {batch_size}"
    )
    group.add_argument("--seed", type=types.whole(0, 2**31 - 1), default=0, help="default: 0")
    group.add_argument(
        "--workers",
        type=types.whole(1),
        default=1,
        help="trials at once on this machine (default: 1)",
    )
    group.add_argument(
        "--max-parameters", type=types.whole(1), help="a trial with a larger model fails"
    )
    if model == "slowvae":
        _add_score_flags(group)
        parser.checks = (*parser.checks, check_tuner)
    else:
        group.add_argument(
            "--objective",
            choices=OBJECTIVES,
            default="val_mse",
            help="of closed-loop forecasts of the validation part (default: val_mse, of the "
            "forecast frames, in the units of the data). val_loss counts the decoupling term",
        )
    ranges = parser.add_argument_group(
        "ranges",
        "several values with commas, or LOW,HIGH for any number between; one value is not searched",
    )
    for name, kind in RANGES[model].items():
        _add_range(ranges, name, kind)


def _add_score_flags(group):
    group.add_argument(
        "--objective",
        choices=SEARCH_SCORES,
        default="mcc",
        help="mcc (default) compares codes with the factors of the data; udr needs none: it trains "
        "several seeds per trial, and scores how much they agree",
    )
    group.add_argument(
        "--seeds-per-trial", type=types.whole(2), default=3, help="with udr (default: 3)"
    )
    group.add_argument(
        "--images", type=types.whole(10), default=2000, help="encoded for the score (default: 2000)"
    )


def check_tuner(options):
    """Refuse a tuner that goes on with one model, where several are compared."""
    if options.objective == "udr" and options.tuner == "hyperband":
        raise error(
            "--tuner",
            "hyperband with --objective udr",
            "another tuner: UDR compares several models, Hyperband goes on with one",
            "Pass --tuner random or bayesian, or --objective mcc.",
        )


def _add_range(group, name, kind):
    flag = "--" + name.replace("_", "-")
    if kind == _WHOLE:
        group.add_argument(flag, type=types.whole_numbers, metavar=kind)
    elif kind == _BOUNDS:
        group.add_argument(flag, type=bounds, metavar=kind)
    else:
        # A dict of switches, or a tuple of names.
        parse = types.names_among(tuple(kind))
        if isinstance(kind, dict):
            group.add_argument(flag, type=lambda text: _switches(parse, text), metavar="off,on")
        else:
            group.add_argument(flag, type=parse, metavar=",".join(kind))


def bounds(text):
    """Parse "1e-4,1e-2" into (0.0001, 0.01), and "3" into (3.0, 3.0)."""
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = ()
    if len(values) not in (1, 2):
        raise argparse.ArgumentTypeError(
            f"received {text!r}. Required: one number, or two with a comma between them. "
            "Pass for example 1e-4,1e-2."
        )
    return values if len(values) == 2 else values * 2


def _switches(parse, text):
    return tuple(SWITCH[name] for name in parse(text))
