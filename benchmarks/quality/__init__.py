"""`python -m benchmarks quality`: test error against wall clock and updates, by recipe.

Our default recipe, the published one with our network, and the published one with PyTorch's
stand-in learn the same moving digits (MNIST's; test digits are in no training) with the same number
of filters. Each has a process of its own, and they take turns on the same cores; the clock of each
runs while it works, from its first graph on, and stands while it is scored. Mean squared error is
summed over a frame's pixels and averaged over ten lead times, as the field does.
"""


def main(arguments=None):
    """Run the command; return its exit code."""
    # Here, because the process of PyTorch's stand-in imports this package, but not Keras.
    from benchmarks.quality.command import main as command

    return command(arguments)
