"""A cluster of workers on the loopback addresses of this machine."""

import contextlib
import json
import socket

HOST = "127.0.0.1"


def local_cluster(workers):
    """Return the value of TF_CONFIG for each of several workers on this machine.

    The workers call each other by loopback addresses, but TensorFlow's server listens on the ports
    of all network interfaces, and asks nobody who they are: use it in a trusted network, or behind
    a firewall.

    Args:
        workers: int >= 1.

    Returns:
        List of str, the chief's first. The ports were free a moment ago.

    Example:

    >>> first, second = (json.loads(text) for text in local_cluster(2))
    >>> first["task"], second["task"]
    ({'type': 'worker', 'index': 0}, {'type': 'worker', 'index': 1})
    >>> first["cluster"] == second["cluster"], len(set(first["cluster"]["worker"]))
    (True, 2)
    """
    addresses = [f"{HOST}:{port}" for port in _free_ports(workers)]
    return [
        json.dumps({"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}})
        for index in range(workers)
    ]


def _free_ports(count):
    # Held open together, so that no port comes twice.
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]
