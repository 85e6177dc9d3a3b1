"""What a training step costs on N replicas, predicted from one replica's and the link's speed.

    exchange = 2 (N - 1) / N * bytes / bandwidth + 2 (N - 1) * latency      ring all-reduce
    step_N   = max(step_1 + (1 - overlap) * exchange, input)
    E        = step_1 / step_N                                              weak scaling

`bytes` is four times the number of parameters: gradients are float32. `input` is the time in which
the link to the data delivers one replica's part of a batch.
"""


def exchange_seconds(num_bytes, replicas, bandwidth, latency=0.0):
    """Return the time of a ring all-reduce.

    Args:
        num_bytes: float, of one replica's gradients.
        replicas: int N.
        bandwidth: float, bytes per second of one link in one direction.
        latency: float, seconds per message. Default 0.

    Example:
    >>> exchange_seconds(1e9, 2, 1e9)
    1.0
    """
    messages = 2 * (replicas - 1)
    return messages / replicas * num_bytes / bandwidth + messages * latency


def efficiency(step, exchange, overlap=0.0, input_seconds=0.0):
    """Return the part of N times one replica's throughput that N replicas reach.

    Args:
        step: float, seconds of one replica's step on its part of the batch.
        exchange: float, seconds of the all-reduce.
        overlap: float in [0, 1], the part of the exchange hidden behind computation. Default 0:
            Keras applies all gradients together, at the end of the step.
        input_seconds: float, in which one replica's part of a batch arrives. Default 0.

    Example:
    >>> efficiency(3.0, 1.0)
    0.75
    """
    return step / max(step + (1 - overlap) * exchange, input_seconds)


def fitted_link(small, large, replicas=2):
    """Return `(bandwidth, latency)` of a link, from two all-reduces.

    Args:
        small, large: `(bytes, seconds)` each.
        replicas: int, of the measurement. Default 2.

    Example:
    >>> bandwidth, latency = fitted_link((0.0, 0.5), (1e6, 1.5))
    >>> round(bandwidth), round(latency, 3)
    (1000000, 0.25)
    """
    messages = 2 * (replicas - 1)
    slope = max((large[1] - small[1]) / (large[0] - small[0]), 1e-15)
    latency = max(small[1] - slope * small[0], 0.0) / messages
    return messages / replicas / slope, latency
