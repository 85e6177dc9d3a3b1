import pickle

import pytest

from st_keras.export.serving.address import Address
from st_keras.export.serving.call_error import CallError
from st_keras.export.serving.serving_error import ServingError, serving_error

ADDRESS = Address("grpc", "radar", 8500)


@pytest.mark.parametrize(
    "code, message",
    [
        (
            "UNAVAILABLE",
            r"received UNAVAILABLE from grpc://radar:8500 for model 'm', version 3 \(why\), tried "
            r"4 times\. Required: a server that listens there.*Start it",
        ),
        (
            "DEADLINE_EXCEEDED",
            r"received no answer from grpc://radar:8500 for model 'm', version 3 within 2\.5 s\. "
            r"Required: an answer in that time\. Pass a larger timeout",
        ),
        ("NOT_FOUND", r"NOT_FOUND .*Required: a model, and a version, .*Pass the name"),
        (
            "INVALID_ARGUMENT",
            r"INVALID_ARGUMENT .*\(why\).*Required: inputs as `ServingClient.signatures\(\)` lists "
            r"them\. Correct",
        ),
        ("RESOURCE_EXHAUSTED", r"Required: a request within the limits of the .*Send less"),
        ("UNIMPLEMENTED", r"Required: a server that has TF Serving's PredictionService\."),
        ("INTERNAL", r"Required: an answer\. Look at the log of the server\."),
    ],
)
def test_three_parts(code, message):
    failure = CallError(code, "why")
    failure.attempts = 4
    refused = serving_error("client.forecast", failure, ADDRESS, "m", 3, 2.5)
    assert isinstance(refused, RuntimeError) and refused.code == code
    with pytest.raises(ServingError, match=rf"client\.forecast: .*{message}"):
        raise refused


def test_a_version_that_a_stream_began_with():
    failure = CallError("NOT_FOUND", "why")
    text = str(serving_error("Stream.step", failure, ADDRESS, "m", 3, 1, of_stream=True))
    assert "Required: the version of the model that this stream began with, still loaded." in text
    assert "Begin another stream and pass the last frames again" in text
    assert "model_version_policy" in text and "version=None" not in text


def test_without_a_reason():
    refused = serving_error("f", CallError("INTERNAL", ""), ADDRESS, "m", None, 1)
    assert "received INTERNAL from grpc://radar:8500 for model 'm' (no reason given)." in str(
        refused
    )


def test_what_the_model_said_in_three_parts_is_passed_on():
    said = "forecast: received a horizon below 1. Required: 1. Pass 1."
    failure = CallError("INVALID_ARGUMENT", f"assertion failed: [{said}]\n\t [[{{{{node a}}}}]]")
    text = str(serving_error("client.forecast", failure, ADDRESS, "m", None, 1))
    assert text == f"client.forecast: refused by grpc://radar:8500: {said}"


def test_goes_through_pickle():
    copy = pickle.loads(pickle.dumps(ServingError("why", "INTERNAL")))
    assert str(copy) == "why" and copy.code == "INTERNAL"
