import json

import numpy as np
import pytest

from st_keras.export.serving.call_error import CallError
from st_keras.export.serving.rest_request import read_predict, route
from st_keras.export.serving.served_model import ServedModel


@pytest.fixture(scope="module")
def model(tiny_folder):
    return ServedModel(tiny_folder / "3", "nowcast", 3, most_values=10_000, threads=1)


def test_paths():
    assert route("GET", "/v1/models/nowcast") == ("status", "nowcast", None)
    assert route("GET", "/v1/models/now%20cast/versions/12") == ("status", "now cast", 12)
    assert route("GET", "/v1/models/nowcast/versions/0/metadata") == ("metadata", "nowcast", 0)
    assert route("POST", "/v1/models/nowcast:predict") == ("predict", "nowcast", None)


@pytest.mark.parametrize(
    "method, path",
    [
        ("GET", "/"),
        ("GET", "/v1/models/nowcast:predict"),
        ("POST", "/v1/models/nowcast"),
        ("POST", "/v1/models/nowcast:classify"),
        ("GET", "/v1/models/nowcast/versions/-1"),
        ("GET", "/v1/models/nowcast/versions/" + "9" * 40),
        ("GET", "/v1/models/../etc/passwd"),
        ("GET", "/v1/models/nowcast/metadata/more"),
    ],
)
def test_other_paths(method, path):
    with pytest.raises(CallError, match=r"NOT_FOUND: st-keras serve: received .*See TF Serving's"):
        route(method, path)


def test_by_name_and_alone(model):
    body = json.dumps({"signature_name": "encode", "inputs": np.ones((1, 4, 6, 1)).tolist()})
    name, inputs = read_predict(model, body.encode())
    assert name == "encode" and inputs["images"].shape == (1, 4, 6, 1)
    body = json.dumps({"inputs": {"context": [[[[[1]]]]], "horizon": 2}})
    name, inputs = read_predict(model, body.encode())
    assert name == "serving_default" and inputs["horizon"] == 2
    assert inputs["horizon"].dtype == "int32" and inputs["context"].dtype == "float32"


GOOD = '"context": [[[[[1]]]]]'


@pytest.mark.parametrize(
    "body, message",
    [
        ("", "a body that is no JSON"),
        ("{", "a body that is no JSON"),
        ("[" * 100_000, "a body that is no JSON"),
        ("[1]", r"JSON of another form\. Required: an object with .inputs., all tensors by name"),
        ('{"instances": [1]}', r"JSON of another form.*the row format, .instances., is not served"),
        ('{"inputs": {}, "more": 1}', "JSON of another form"),
        ('{"inputs": {}, "signature_name": 3}', "a signature_name that is no text"),
        ('{"inputs": {}, "signature_name": "none"}', r"signature 'none'\. Required: one of decode"),
        ('{"inputs": 3}', r"inputs without names\. Required: an object from names of inputs"),
        ('{"inputs": {"context": 1}}', r"no horizon for serving_default\. Required: the inputs"),
        (f'{{"inputs": {{{GOOD}, "horizon": 1, "x": 2}}}}', r"unknown inputs x for serving_def"),
        (f'{{"inputs": {{{GOOD}, "horizon": NaN}}}}', "a body that is no JSON"),
        (f'{{"inputs": {{{GOOD}, "horizon": "1"}}}}', "texts or objects inside of tensors"),
        (f'{{"inputs": {{{GOOD}, "horizon": {{"b64": "AAAA"}}}}}}', "texts or objects inside"),
        (f'{{"inputs": {{{GOOD}, "horizon": {{}}}}}}', "input 'horizon': received JSON that is no"),
        (f'{{"inputs": {{{GOOD}, "horizon": 1.5}}}}', "input 'horizon': received numbers that"),
        ('{"inputs": {"context": [[1], 2], "horizon": 1}}', "input 'context': .*no array of numb"),
        ('{"inputs": {"context": [null], "horizon": 1}}', "input 'context': .*missing, not fini"),
        (b'\xff\xfe{"inputs": 1}', "a body that is no JSON"),
        ('{"inputs": ' + "9" * 5000 + "}", "a body that is no JSON|inputs without names"),
    ],
)
def test_what_is_refused(body, message, model):
    body = body if isinstance(body, bytes) else body.encode()
    with pytest.raises(CallError, match=f"INVALID_ARGUMENT: .*({message})"):
        read_predict(model, body)


def test_too_many_values_are_refused_before_they_are_parsed(model, monkeypatch):
    body = json.dumps({"inputs": {"context": [[0] * 10_002], "horizon": 1}}).encode()
    message = r"a body of about 10002 values\. Required: at most 10000 values \(--max-values\)"
    with pytest.raises(CallError, match=message):
        with monkeypatch.context() as patch:
            patch.setattr(json, "loads", None)
            read_predict(model, body)
