"""Options of a measurement that takes seconds."""

from benchmarks.speed.options import checked, parsed

TINY = ["--filters=4", "--size=8", "--patch=2", "--frames=4", "--batch=2", "--kernel-size=3"]
TINY += ["--images=2", "--rounds=1", "--models=predrnn_v2"]


def tiny_options(*arguments, policies=("float32",)):
    """Return checked options, without PyTorch unless asked for."""
    options = checked(parsed([*TINY, "--no-peer", *arguments]))
    options.policies = options.policies or policies
    return options
