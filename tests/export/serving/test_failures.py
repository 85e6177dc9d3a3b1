import pickle

import pytest

from st_keras.export.serving.address import Address
from st_keras.export.serving.failures import (
    CODE_OF_HTTP,
    LONGEST,
    CallError,
    ServingError,
    call_with_retries,
    plain_message,
    serving_error,
)

ADDRESS = Address("grpc", "radar", 8500)
SAID = "forecast: received a horizon of 0. Required: at least 1. Pass 1."


class Clock:
    """A clock that only sleeping, and calls that take time, move on."""

    def __init__(self):
        self.now, self.waits = 100.0, []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.waits.append(seconds)
        self.now += seconds


def run(failures, retries, timeout=60.0, cost=0.0):
    """Call what fails so often; return clock and the seconds each call was given."""
    clock, given = Clock(), []

    def call(seconds):
        given.append(seconds)
        clock.now += cost
        if len(given) <= len(failures):
            raise failures[len(given) - 1]
        return "answer"

    try:
        answer = call_with_retries(call, retries, timeout, clock, clock.sleep)
    except CallError as failure:
        answer = failure
    return answer, clock, given


def test_waits_grow_and_are_not_the_same_for_all():
    answer, clock, _ = run([CallError("UNAVAILABLE", "")] * 5, retries=5)
    assert answer == "answer"
    for wait, middle in zip(clock.waits, (0.25, 0.5, 1, 2, 4), strict=True):
        assert 0.5 * middle <= wait <= 1.5 * middle
    again = run([CallError("UNAVAILABLE", "")] * 5, retries=5)[1]
    assert clock.waits != again.waits


def test_waits_have_an_end():
    _, clock, _ = run([CallError("UNAVAILABLE", "")] * 9, retries=9, timeout=1e6)
    assert max(clock.waits) <= 12


def test_gives_up_after_the_retries():
    answer, clock, given = run([CallError("RESOURCE_EXHAUSTED", "busy")] * 9, retries=2)
    assert answer.said == "busy" and answer.attempts == 3
    assert len(given) == 3 and len(clock.waits) == 2


@pytest.mark.parametrize("code", ["INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "INTERNAL", "NOT_FOUND"])
def test_what_does_not_pass_is_not_tried_again(code):
    answer, clock, given = run([CallError(code, "")], retries=5)
    assert answer.code == code and answer.attempts == 1
    assert len(given) == 1 and clock.waits == []


def test_the_time_holds_for_all_tries_together():
    answer, clock, given = run([CallError("UNAVAILABLE", "")] * 99, 99, timeout=5.0, cost=1.0)
    assert answer.code == "UNAVAILABLE"
    assert given[0] == 5.0 and given[1] < 4.0  # what is left
    assert clock.now - 100 <= 6.0  # the last call began before the end


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


@pytest.mark.parametrize(
    "text",
    [
        f"assertion failed: [{SAID}]",
        f"assertion failed: [{SAID}] [Condition x > 0 did not hold element-wise:] [x = ] [0]",
        f"Graph execution error:\n\nDetected at node Assert defined at (most recent call last):\n"
        f"<stack traces unable to be found>\nassertion failed: [{SAID}]\n\t [[{{{{node a}}}}]] "
        "[Op:__inference_signature_wrapper_12]",
        f"2 root error(s) found.\n  (0) INVALID_ARGUMENT:  assertion failed: [{SAID}]\n\t "
        f"[[{{{{node a}}}}]]\n  (1) INVALID_ARGUMENT:  assertion failed: [{SAID}]",
        SAID,
    ],
)
def test_the_sentence_alone(text):
    assert plain_message(text) == SAID


def test_brackets_inside_stay():
    said = "step: received state_h1 of shape [1 2 3]. Required: shape [1 4 6], as it was."
    assert plain_message(f"assertion failed: [{said}]\n\t [[{{{{node Assert}}}}]]") == said


def test_other_messages_lose_places_in_graphs():
    text = "Graph execution error:\n\nIncompatible shapes: [1] vs. [2]\n\t [[{{node add}}]] [Op:x]"
    assert plain_message(text) == "Incompatible shapes: [1] vs. [2]"


def test_length():
    assert len(plain_message("a " * LONGEST)) < LONGEST + 10


def test_codes_are_those_of_grpc():
    grpc = pytest.importorskip("grpc", reason="needs the extra [serving]")
    assert set(CODE_OF_HTTP.values()) <= {code.name for code in grpc.StatusCode}
