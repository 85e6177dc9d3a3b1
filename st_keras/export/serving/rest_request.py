"""The requests of TF Serving's REST API: what a path and a body ask for."""

import json
import re
import urllib.parse

from st_keras.export.serving.call_error import CallError
from st_keras.export.serving.json_tensor import array_of_json
from st_keras.validation import error

MODEL = r"/v1/models/(?P<model>[^/:]+)(?:/versions/(?P<version>[0-9]{1,18}))?"
ROUTES = (
    ("POST", "predict", re.compile(MODEL + ":predict")),
    ("GET", "metadata", re.compile(MODEL + "/metadata")),
    ("GET", "status", re.compile(MODEL)),
)
KEYS = ("signature_name", "inputs")


def route(method, path):
    """Return what is asked of a model: "predict", "metadata" or "status"; its name; its version.

    Raises:
        CallError: if the API has no such path.

    Example:

    >>> route("POST", "/v1/models/nowcast/versions/3:predict")
    ('predict', 'nowcast', 3)
    """
    for known, asked, pattern in ROUTES:
        match = pattern.fullmatch(path)
        if match and method == known:
            version = match["version"]
            name = urllib.parse.unquote(match["model"])
            return asked, name, None if version is None else int(version)
    message = error(
        "st-keras serve",
        f"{method} {path[:200]!r}",
        "GET /v1/models/NAME[/versions/N], the same with /metadata, or POST to it with :predict",
        "See TF Serving's RESTful API.",
    )
    raise CallError("NOT_FOUND", str(message))


def read_predict(model, body):
    """Return the name of the signature, and the inputs as arrays.

    Args:
        model: `ServedModel`.
        body: bytes of a JSON object with `inputs` and perhaps `signature_name`.

    Raises:
        CallError: if it is anything else.
    """
    _check_commas(model, body)
    with model.parsing:
        request = _parsed(body)
        name, signature = model.signature(request.get("signature_name", ""))
        given = request["inputs"]
        if not isinstance(given, dict) and len(signature.inputs) == 1:
            given = {next(iter(signature.inputs)): given}
        if not isinstance(given, dict):
            raise _unusable("inputs without names", "an object from names of inputs to tensors")
        _check_no_text(body, request, given)
        model.check_names(name, signature, given)
        try:
            return name, {
                key: array_of_json(f"input {key!r}", value, signature.inputs[key].dtype)
                for key, value in given.items()
            }
        except (TypeError, ValueError) as reason:
            raise CallError("INVALID_ARGUMENT", str(reason)) from reason


def _parsed(body):
    try:
        request = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as reason:
        raise _unusable("a body that is no JSON", "a JSON object") from reason
    if not isinstance(request, dict) or "inputs" not in request or set(request) - set(KEYS):
        raise _unusable(
            "JSON of another form",
            'an object with "inputs", all tensors by name, and perhaps "signature_name" '
            '(the row format, "instances", is not served here)',
        )
    if not isinstance(request.get("signature_name", ""), str):
        raise _unusable("a signature_name that is no text", "a text")
    return request


def _check_commas(model, body):
    """Refuse what holds more values than are allowed before it is parsed: they stand apart."""
    values = body.count(b",")
    if values > model.most_values:
        most = f"at most {model.most_values} values (--max-values)"
        raise _unusable(f"a body of about {values} values", most)


def _check_no_text(body, request, given):
    """Refuse texts inside of tensors, which would be read as numbers, without walking these."""
    texts = len(request) + ("signature_name" in request)
    texts += len(given) if given is request["inputs"] else 0
    if body.count(b'"') != 2 * texts:
        raise _unusable("texts or objects inside of tensors", "numbers alone")


def _no_constant(text):
    raise ValueError(f"{text} is no JSON")


def _unusable(received, required):
    message = error("st-keras serve", received, required, "Correct the body of the request.")
    return CallError("INVALID_ARGUMENT", str(message))
