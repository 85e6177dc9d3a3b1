"""`python -m benchmarks speed`: how fast every network is, and how near to the machine's rate.

For each network, precision and mode (training step, inference, forecast, a single frame): time,
throughput, model FLOPs, achieved FLOP/s and their ratio to the largest convolution rate measured in
the same run, first call, peak memory; beside PyTorch's customary style where torch is installed.
"""


def main(arguments=None):
    """Run the command; return its exit code."""
    # Here, because a process of PyTorch's stand-in imports this package, but not Keras.
    from benchmarks.speed.command import main as command

    return command(arguments)
