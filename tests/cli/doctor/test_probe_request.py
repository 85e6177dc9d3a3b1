"""The request of a probe: as text and back, and what it refuses."""

import pytest

from st_keras.cli.doctor.probe_request import SLOWVAE, ProbeRequest


def request(**changes):
    sizes = {"kind": "predrnn", "batch_size": 2, "frames": 4, "image_shape": (16, 24, 1)}
    return ProbeRequest(**{**sizes, **changes})


def test_text_and_back():
    asked = request(settings={"filters": (4, 4)}, training={"sampling": "reverse"}, steps=5)
    again = ProbeRequest.from_json(asked.to_json())
    assert again == asked
    assert again.settings["filters"] == (4, 4)


def test_another_batch():
    assert request().replace(batch_size=9) == request(batch_size=9)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"batch_size": 0}, "received batch_size=0. Required: an int of at least 1"),
        ({"frames": 1}, "received frames=1. Required: an int of at least 2"),
        ({"steps": 1}, "received steps=1. Required: an int of at least 2"),
        ({"image_shape": (64, 64)}, "--image-shape: received 64,64. Required: three numbers"),
    ],
)
def test_refuses(changes, message):
    with pytest.raises(ValueError, match=message):
        request(**changes)


def test_description():
    assert request().describe() == "batch 2: sequences of 4 frames, 16x24x1, float32"
    asked = request(settings={"remat": "step"}, precision="mixed_bfloat16", jit_compile=True)
    assert asked.describe().endswith("mixed_bfloat16, remat step, XLA")
    assert "pairs" in request(kind=SLOWVAE).describe()
    assert "as saved" in request(kind="saved").describe()
