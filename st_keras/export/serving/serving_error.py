"""The error of calls that failed, in three parts."""

from st_keras.export.serving.server_message import plain_message

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
    """Return the `ServingError` of a `CallError`.

    Args:
        where: str. The method that was called.
        failure: `CallError`.
        address: `Address`.
        model: str.
        version: int, or None.
        seconds: float. The time it had.
        of_stream: bool. Whether a stream that has chosen its version called. Default False.
    """
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
