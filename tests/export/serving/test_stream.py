import numpy as np
import pytest

from st_keras.export import ServingError
from st_keras.export.serving.failures import CallError
from tests.export.serving.fake_transport import fake_client
from tests.export.serving.tiny_module import numpy_predictions
from tests.tiny import random_frames

FRAME, ACTION = np.zeros((1, 4, 6, 1)), np.zeros((1, 2))


def test_fifty_frames_one_by_one_are_one_forecast(client):
    steps = 50 if client.address.scheme == "grpc" else 12
    frames = random_frames(2, steps, 4, 6, 1)
    with client.stream(batch_size=2) as stream:
        predictions = [stream.step(frame) for frame in np.moveaxis(frames, 1, 0)]
        assert stream.steps == steps
        future = stream.rollout(6)
        again = stream.rollout(3)
    np.testing.assert_allclose(np.stack(predictions, 1), numpy_predictions(frames), atol=1e-5)
    np.testing.assert_allclose(future, client.forecast(frames, 6), atol=1e-5)
    np.testing.assert_array_equal(again, future[:, :3])


def test_streams_do_not_mix(client):
    one, two = random_frames(1, 3, 4, 6, 1), random_frames(1, 3, 8, 2, 1, seed=1)
    with client.stream() as first, client.stream(height=8, width=2) as second:
        for t in range(3):
            last = first.step(one[:, t]), second.step(two[:, t])
    for prediction, frames in zip(last, (one, two), strict=True):
        np.testing.assert_allclose(prediction, numpy_predictions(frames)[:, -1], atol=1e-6)


def test_the_state_goes_in_as_it_came(monkeypatch):
    client, transport = fake_client(monkeypatch)
    with client.stream() as stream:
        for _ in range(3):
            stream.step(FRAME, ACTION)
        stream.rollout(2, np.zeros((1, 1, 2)))
        stream.rollout(1, np.zeros((1, 0, 2)))
    names = [call[2] for call in transport.calls]
    assert names == ["init_state", "step", "step", "step", "rollout", "rollout"]
    begun = transport.calls[0][3]
    assert {name: int(value) for name, value in begun.items()} == {
        "batch_size": 1,
        "height": 4,
        "width": 6,
    }
    assert [call[3]["state_m"].max() for call in transport.calls[1:]] == [0, 1, 2, 3, 3]


def test_a_stream_stays_with_the_version_it_began_with(monkeypatch):
    client, transport = fake_client(monkeypatch)
    with client.stream() as stream:
        stream.step(FRAME, ACTION)
        transport.version = 5  # the server has loaded a newer one
        stream.step(FRAME, ACTION)
        with client.stream() as newer:
            newer.step(FRAME, ACTION)
    assert [call[1] for call in transport.calls] == [4, 4, 4, 5, 5]


def test_a_version_that_is_gone(monkeypatch):
    client, transport = fake_client(monkeypatch)
    gone = CallError("NOT_FOUND", "why")

    def absent(*arguments, **named):
        raise gone

    monkeypatch.setattr(transport, "metadata", absent)
    with client.stream() as stream, pytest.raises(ServingError, match="served under as model="):
        stream.step(FRAME, ACTION)  # it never was there
    client, transport = fake_client(monkeypatch)
    with client.stream() as stream:
        stream.step(FRAME, ACTION)
        for call in (
            lambda: stream.step(FRAME, ACTION),
            lambda: stream.rollout(1, np.zeros((1, 0, 2))),
        ):
            transport.failures = [gone]
            with pytest.raises(ServingError, match=r"version 4 .*Begin another stream and pass"):
                call()


def test_after_a_failure_the_same_frame_can_come_again(monkeypatch):
    client, transport = fake_client(monkeypatch)
    with client.stream() as stream:
        stream.step(FRAME, ACTION)
        transport.failures = [CallError("INTERNAL", "why")]
        with pytest.raises(ServingError, match=r"Stream\.step: received INTERNAL"):
            stream.step(FRAME, ACTION)
        assert stream.steps == 1
        stream.step(FRAME, ACTION)
    assert [call[3]["state_m"].max() for call in transport.calls[1:]] == [0, 1, 1]


def test_refusals(monkeypatch):
    client, transport = fake_client(monkeypatch)
    with client.stream() as stream:
        before = r"Stream.rollout: received a call before the first step.*Call step\(frame\)"
        with pytest.raises(ValueError, match=before):
            stream.rollout(2)
        for shape in ((4, 6, 1), (2, 4, 6, 1)):
            message = (
                r"Stream.step: received a frame of shape .*Required: shape \(1, H, W, C\): bat"
            )
            with pytest.raises(ValueError, match=message):
                stream.step(np.zeros(shape), ACTION)
        with pytest.raises(ValueError, match=r"Stream.step: received no action\. Required: the in"):
            stream.step(FRAME)
        stream.step(FRAME, ACTION)
        with pytest.raises(ValueError, match=r"shape \(1, 4, 6, C\).*another batch_size goes to"):
            stream.step(np.zeros((1, 6, 4, 1)), ACTION)
        with pytest.raises(ValueError, match=r"Stream.rollout: received horizon=0"):
            stream.rollout(0)
        message = (
            r"actions of shape \(1, 2, 2\) for horizon=2\. Required: 1 actions .*horizon - 1, A"
        )
        with pytest.raises(ValueError, match=message):
            stream.rollout(2, np.zeros((1, 2, 2)))
    for call in (lambda: stream.step(FRAME, ACTION), lambda: stream.rollout(1)):
        with pytest.raises(ValueError, match=r"a call after the end of the stream.*begin another"):
            call()
    with client.stream(height=8) as stream, pytest.raises(ValueError, match=r"shape \(1, 8, W, C"):
        stream.step(FRAME, ACTION)
    assert len(transport.calls) == 2  # one step, and what begins it
