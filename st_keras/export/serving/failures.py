"""Calls that fail: with which code, whether they are tried again, and what the user is told."""

import random
import re
import time

FIRST_DELAY = 0.25  # seconds; doubles each time
LONGEST_DELAY = 8.0
JITTER = (0.5, 1.5)  # so that many clients do not come back all at once
random_source = random.SystemRandom()

TRANSIENT = ("UNAVAILABLE", "RESOURCE_EXHAUSTED")
CODE_OF_HTTP = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    408: "DEADLINE_EXCEEDED",
    409: "ABORTED",
    413: "RESOURCE_EXHAUSTED",
    429: "RESOURCE_EXHAUSTED",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
START = "Start it (st-keras serve, tensorflow_model_server), or correct the address."
ADVICE = {
    "UNAVAILABLE": ("a server that listens there and has loaded the model", START),
    "DEADLINE_EXCEEDED": (
        "an answer in that time",
        "Pass a larger timeout, ask for less at once, or look at the load of the server.",
    ),
    "NOT_FOUND": (
        "a model, and a version, that the server has loaded",
        "Pass the name it is served under as model=, and version=None for the newest.",
    ),
    "INVALID_ARGUMENT": (
        "inputs as `ServingClient.signatures()` lists them",
        "Correct the inputs.",
    ),
    "RESOURCE_EXHAUSTED": (
        "a request within the limits of the server",
        "Send less at once, call again later, or raise the limits of the server.",
    ),
    "UNIMPLEMENTED": ("a server that has TF Serving's PredictionService", START),
}
VERSION_GONE = (
    "the version of the model that this stream began with, still loaded",
    "Begin another stream and pass the last frames again; to keep old versions loaded, set "
    "model_version_policy in the config of TensorFlow Serving.",
)
OTHERS = ("an answer", "Look at the log of the server.")

LONGEST = 1000  # characters; gRPC carries messages in headers, which are limited to a few KB
# What is asserted stands in brackets; values may follow in brackets of their own.
ASSERTION = re.compile(r"assertion failed: \[(.*?)\](?= \[|\s*\[\[|\s*\n|\s*$)")
PLACE = re.compile(r"\s*\[\[\{\{.*|\s*\[Op:.*", re.DOTALL)
PREAMBLE = re.compile(
    r"^Graph execution error:|^Detected at node .*|^<stack traces unable .*|"
    r"^\d+ root error\(s\) found\.?|^\(\d+\) \w+:\s*",
    re.MULTILINE,
)


class CallError(Exception):
    """What the server raises to answer with a status, and the client when it got one."""

    def __init__(self, code, said, transient=None):
        super().__init__(f"{code}: {said}")
        self.code, self.said = code, said
        self.transient = code in TRANSIENT if transient is None else transient
        self.attempts = 1


class ServingError(RuntimeError):
    """A call to a served model that failed; its text says what came and what to do.

    Args:
        message: str.
        code: str. gRPC's name of the reason, of REST calls too: "UNAVAILABLE",
            "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "RESOURCE_EXHAUSTED", ...
            An attribute of that name.

    Example:

    >>> ServingError("no answer", "UNAVAILABLE").code
    'UNAVAILABLE'
    """

    def __init__(self, message, code="UNKNOWN"):
        super().__init__(message, code)
        self.code = code

    def __str__(self):
        return self.args[0]


def serving_error(where, failure, address, model, version, seconds, of_stream=False):
    """Return the `ServingError` of a `CallError`, in three parts."""
    said = plain_message(failure.said)
    if failure.code == "INVALID_ARGUMENT" and "Required:" in said:  # in three parts already
        return ServingError(f"{where}: refused by {address}: {said}", failure.code)
    asked = f"model {model!r}" + ("" if version is None else f", version {version}")
    tries = f", tried {failure.attempts} times" if failure.attempts > 1 else ""
    required, action = ADVICE.get(failure.code, OTHERS)
    if of_stream and failure.code == "NOT_FOUND":
        required, action = VERSION_GONE
    received = f"{failure.code} from {address} for {asked} ({said or 'no reason given'}){tries}"
    if failure.code == "DEADLINE_EXCEEDED":
        received = f"no answer from {address} for {asked} within {seconds:g} s"
    message = f"{where}: received {received}. Required: {required}. {action}"
    return ServingError(message, failure.code)


def call_with_retries(call, retries, timeout, clock=time.monotonic, sleep=time.sleep):
    """Return the result of `call`, tried up to `1 + retries` times.

    Only failures that are `transient` are tried again, and only while there is time: `timeout`
    holds for all tries and waits together.
    """
    end, delay = clock() + timeout, FIRST_DELAY
    for attempt in range(1, retries + 2):
        try:
            return call(seconds=max(end - clock(), 1e-3))
        except CallError as failure:
            failure.attempts = attempt
            wait = delay * random_source.uniform(*JITTER)
            if not failure.transient or attempt > retries or clock() + wait >= end:
                raise
        sleep(wait)
        delay = min(2 * delay, LONGEST_DELAY)


def plain_message(text):
    """Return what TensorFlow said without nodes of graphs, places in code and values.

    Example:

    >>> plain_message(
    ...     "Graph execution error: Detected at node Assert. assertion failed: [forecast: "
    ...     "received a horizon below 1. Required: more.] [Condition x > 0 did not hold] [0]"
    ... )
    'forecast: received a horizon below 1. Required: more.'
    """
    found = ASSERTION.search(text)
    text = found[1] if found else PREAMBLE.sub("", PLACE.sub("", text))
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
