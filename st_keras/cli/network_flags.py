"""Flags of the networks that forecast, and of how they are trained."""

import argparse

from st_keras.choices import PRESETS, REMATS, SAMPLINGS
from st_keras.cli import flag_types as types
from st_keras.validation import error

# Constructor arguments that are flags of the same name: of all networks, and of each.
LOOP_FLAGS = ("remat", "truncated_bptt")
CONSTRUCTOR_FLAGS = {
    "predrnn": ("filters", "kernel_size", "patch_size", "layer_norm", *LOOP_FLAGS),
    "modernn": (
        "filters",
        "num_slots",
        "patch_size",
        "layer_norm",
        "batch_norm",
        "softmax_importance",
        "separate_slots",
        "learned_initial_slots",
        "slot_scale",
        *LOOP_FLAGS,
    ),
    "convlstm": ("filters", "kernel_size", "patch_size", *LOOP_FLAGS),
}
RECIPE_FLAGS = ("steps", "batch_size", "learning_rate", "decay", "sampling", "reverse_input")


def add_network_flags(parser, model):
    """Add what `train MODEL` says of the network."""
    group = parser.add_argument_group("network")
    group.add_argument(
        "--preset",
        choices=PRESETS[model],
        default="smoke",
        help="network and recipe (default: smoke)",
    )
    group.add_argument("--filters", type=types.whole_numbers, help="per layer, such as 64,64")
    group.add_argument("--patch-size", type=types.whole(1))
    if model != "modernn":
        group.add_argument("--kernel-size", type=types.whole(1), help="odd")
    if model == "predrnn":
        group.add_argument("--layer-norm", action="store_true", default=None)
        group.add_argument("--no-decoupling", action="store_true", help="PredRNN V1 instead of V2")
    if model == "modernn":
        _add_slot_flags(group)
    group.add_argument(
        "--remat",
        choices=REMATS,
        help="compute activations again in the backward pass instead of keeping them: memory for "
        "the states of each step, or of every sqrt(T)-th (default: keep all)",
    )
    group.add_argument(
        "--truncated-bptt",
        type=types.whole(1),
        metavar="N",
        help="gradients flow back within chunks of N steps (default: through all)",
    )


def _add_slot_flags(group):
    group.add_argument("--num-slots", type=types.whole(1), help="default: as the preset, 4")
    for flag, text in (
        ("--layer-norm", "of the fused slots; ties the network to one image size (default: on)"),
        ("--batch-norm", "in the projections of slot binding (default: on)"),
        ("--softmax-importance", "weights of the slots compete (default: off, as released)"),
        ("--separate-slots", "a memory for each slot (default: off, as released)"),
        ("--learned-initial-slots", "a trained start of the memory (default: off, as released)"),
        ("--slot-scale", "attention scaled by the width of a slot (default: off, as released)"),
    ):
        group.add_argument(flag, action=argparse.BooleanOptionalAction, help=text)


def add_recipe_flags(parser, model):
    """Add what `train MODEL` says of the training."""
    group = parser.add_argument_group("recipe (defaults: those of the preset)")
    group.add_argument("--learning-rate", type=types.number(0.0, above=True))
    group.add_argument("--decay", choices=("constant", "cosine"), help="of the learning rate")
    if model == "predrnn":
        group.add_argument("--decoupling-weight", type=types.number(0.0))
    group.add_argument("--sampling", choices=SAMPLINGS)
    group.add_argument("--reverse-input", action=argparse.BooleanOptionalAction)
    group.add_argument("--jit-compile", action="store_true", help="compile with XLA")
    if model == "predrnn":
        parser.checks = (*parser.checks, check_decoupling)


def check_decoupling(options):
    """Refuse a weight of what PredRNN V1 does not have."""
    if getattr(options, "no_decoupling", False) and options.decoupling_weight:
        raise error(
            "--decoupling-weight",
            f"{options.decoupling_weight} with --no-decoupling",
            "memory decoupling, which PredRNN V1 does not have",
            "Leave one of the two flags out.",
        )
