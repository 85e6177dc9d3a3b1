"""A transport without a server: what it was asked, and what it answers."""

import numpy as np

from st_keras.export.serving.client import TRANSPORTS, ServingClient
from st_keras.export.serving.signature import Signature, TensorSpec


def spec(*shape, dtype="float32"):
    return TensorSpec(shape, dtype)


INT = spec(dtype="int32")
FRAME = spec(None, None, None, 1)
STATES = {"state_prediction": FRAME, "state_m": spec(None, None, None, 2)}
TOLD = {
    "forecast": Signature(
        {
            "context": spec(None, None, None, None, 1),
            "horizon": INT,
            "actions": spec(None, None, 2),
        },
        {"forecast": spec(None, None, None, None, 1)},
    ),
    "init_state": Signature(dict.fromkeys(("batch_size", "height", "width"), INT), STATES),
    "step": Signature(
        {"frame": FRAME, "action": spec(None, 2), **STATES}, {"prediction": FRAME, **STATES}
    ),
    "rollout": Signature(
        {"horizon": INT, "actions": spec(None, None, 2), **STATES},
        {"forecast": spec(None, None, None, None, 1)},
    ),
}


class FakeTransport:
    """Of a forecaster that is told actions of two numbers; `m` counts the steps."""

    def __init__(self, where="", address=None):
        self.calls, self.descriptions, self.version = [], 0, 4
        self.signatures, self.failures, self.closed = TOLD, [], False

    def metadata(self, model, version, seconds):
        self.descriptions += 1
        return self.version, self.signatures

    def predict(self, model, version, signature, inputs, outputs, seconds):
        self.calls.append((model, version, signature, inputs))
        if self.failures:
            raise self.failures.pop()
        if signature == "init_state":
            shape = tuple(int(inputs[name]) for name in ("batch_size", "height", "width"))
            return {
                "state_prediction": np.zeros((*shape, 1), "float32"),
                "state_m": np.zeros((*shape, 2), "float32"),
            }
        if signature == "step":
            frame, m = inputs["frame"], inputs["state_m"] + 1
            return {"prediction": frame + 1, "state_prediction": frame + 1, "state_m": m}
        return {"forecast": np.zeros((1, int(inputs["horizon"]), 4, 6, 1), "float32")}

    def close(self):
        self.closed = True


def fake_client(monkeypatch, **arguments):
    """Return a client and its transport."""
    monkeypatch.setitem(TRANSPORTS, "grpc", FakeTransport)
    client = ServingClient("server:8500", **{"model": "m", **arguments})
    return client, client._transport
