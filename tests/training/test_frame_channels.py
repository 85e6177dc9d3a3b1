import pytest

from st_keras.training.frame_channels import FrameChannels
from tests.refusals import refused

NAMES = ("rain", "satellite", "height", "hour")
FUTURES = {"satellite": "absent", "height": "held", "hour": "known"}


def test_roles():
    found = FrameChannels.of(list(NAMES), ["rain"], FUTURES)
    assert found.names == NAMES and found.targets == (0,) and found.inputs == (1, 2, 3)
    assert found.known == ("hour",) and found.held == ("height",)
    assert found.index(["hour", "rain"]) == (3, 0)


def test_all_are_targets_by_default():
    assert FrameChannels.of() == FrameChannels()
    assert FrameChannels.of(NAMES) == FrameChannels(NAMES)
    assert FrameChannels.of(NAMES, NAMES) == FrameChannels(NAMES)
    assert FrameChannels.of(["a", "b"], ["b", "a"]).targets == (1, 0)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((None, ["rain"]), r"targets=\['rain'\] without channels.*names of all channels"),
        ((None, None, {"a": "held"}), r"future_inputs=.* without channels"),
        ((["a", "a"],), r"channels=\['a', 'a'\]\. Required: a tuple of different names"),
        (("rain",), r"channels=.rain."),
        ((["rain", ""],), "different names"),
        (([],), r"channels=\[\]"),
        ((NAMES, ["snow"]), r"targets \['snow'\] with channels"),
        ((["a", "b"], ["a"]), r"future_inputs=None with the inputs \['b'\] beside .*'a'"),
        ((["a", "b"], ["a"], {"b": "gone"}), r"'known', 'held', 'absent' for each input"),
        ((["a", "b"], ["a"], {"b": "held", "a": "held"}), r"and for nothing else"),
    ],
)
def test_refusals(arguments, message):
    refused(f"Forecaster: received .*{message}", FrameChannels.of, *arguments)
