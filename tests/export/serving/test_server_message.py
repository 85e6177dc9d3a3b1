import pytest

from st_keras.export.serving.server_message import LONGEST, plain_message

SAID = "forecast: received a horizon of 0. Required: at least 1. Pass 1."


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
