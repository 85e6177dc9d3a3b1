"""A call that ended with a status other than OK, inside of client and server."""

TRANSIENT = ("UNAVAILABLE", "RESOURCE_EXHAUSTED")


class CallError(Exception):
    """What the server raises to answer with a status, and the client when it got one.

    Args:
        code: str, one of `status_codes.CODES`.
        said: str. What the server, or the network, said.
        transient: bool. Whether the same call may succeed a little later. Default: as the code
            says.

    Example:

    >>> CallError("UNAVAILABLE", "restarting").transient
    True
    """

    def __init__(self, code, said, transient=None):
        super().__init__(f"{code}: {said}")
        self.code = code
        self.said = said
        self.transient = code in TRANSIENT if transient is None else transient
        self.attempts = 1
