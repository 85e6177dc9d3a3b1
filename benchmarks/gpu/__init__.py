"""`python -m benchmarks gpu`: whether all is the same function on a GPU, and how fast it is.

At most eight minutes for whoever has a GPU at hand. Every row of the report runs in a process of
its own with its own time limit, so that an error, a crash, too little memory or a compilation
without end is a row and not the end. `--smoke` runs such rows, tiny, on the CPU.
"""


def main(arguments=None):
    """Run the command; return its exit code."""
    # Here, because the processes of PyTorch's rows import this package, but not Keras.
    from benchmarks.gpu.command import main as command

    return command(arguments)
