"""Two devices compute the same; what differs, or is not finite, is found."""

import numpy as np
import pytest

from benchmarks.golden_file import FOLDER
from benchmarks.gpu import devices, parity
from benchmarks.gpu.parity_case import GOLDEN_FILES
from tests.benchmarks.gpu.tiny_settings import tiny_settings
from tests.golden import Golden


@pytest.fixture
def two_devices(monkeypatch):
    """The two CPU devices that the tests have already; TensorFloat-32 left as it is."""
    told = []
    monkeypatch.setattr(devices, "tensorflow_devices", lambda smoke: ["/device:CPU:1"])
    monkeypatch.setattr(devices, "allow_tensor_float", lambda *given: told.append(given))
    return told


def test_the_same_on_both_devices(two_devices):
    found = parity.run({"model": "predrnn_v2", "tensor_float": False}, tiny_settings())
    assert found["status"] == "ok" and two_devices == [("tensorflow", False)]
    assert found["text"].startswith("from CPU: forward ") and "gradient" in found["text"]
    assert max(found["differences"]["CPU"].values()) <= 1e-6


def test_a_difference_is_said(two_devices, monkeypatch):
    original, devices_seen = parity.outputs, []

    def outputs(case, device, weights=None):
        found, network = original(case, device, weights)
        devices_seen.append(device)
        found["gradients"][-1] = found["gradients"][-1] * (1 + 1e-3 * len(devices_seen))
        return found, network

    monkeypatch.setattr(parity, "outputs", outputs)
    for tensor_float, status in ((False, "differs"), (True, "ok")):
        devices_seen.clear()
        arguments = {"model": "slowvae", "tensor_float": tensor_float}
        found = parity.run(arguments, tiny_settings())
        assert found["status"] == status
        assert found["differences"]["CPU"]["gradient"] == pytest.approx(1e-3, rel=0.01)
        assert devices_seen == ["/device:CPU:0", "/device:CPU:1"]


@pytest.mark.needs_data
@pytest.mark.parametrize(
    "model", [pytest.param("modernn", marks=pytest.mark.long), "predrnn_v2", "slowvae"]
)
def test_from_golden_files_too(two_devices, model):
    Golden(GOLDEN_FILES[model])  # skips where it is not there
    settings = tiny_settings()
    settings.golden = str(FOLDER)
    found = parity.run({"model": model, "tensor_float": False}, settings)
    assert found["status"] == "ok" and "; from golden: forward" in found["text"]
    # Not the same code twice: there is a difference, of rounding.
    assert 0 < found["differences"]["golden"]["gradient"] <= 1e-4


def arrays(forward, gradients, loss=1.0):
    return {"forward": np.array(forward), "loss": loss, "gradients": [*map(np.array, gradients)]}


def test_differences_are_shares_of_the_largest_value():
    expected = arrays([1.0, -4.0], [[2.0], [1.0, 0.5]])
    found = arrays([1.0, -4.4], [[2.0], [1.0, 0.3]], loss=1.5)
    assert parity.differences(found, expected) == pytest.approx(
        {"forward": 0.1, "loss": 0.5, "gradient": 0.2}
    )


def test_a_gradient_that_is_rounding_alone_is_held_against_the_others():
    expected = arrays([1.0], [[2.0], [1e-7]])
    found = arrays([1.0], [[2.0], [-1e-7]])
    assert parity.differences(found, expected)["gradient"] == pytest.approx(1e-7)
    expected, found = arrays([1.0], [[2.0], [1e-4]]), arrays([1.0], [[2.0], [-1e-4]])
    assert parity.differences(found, expected)["gradient"] == pytest.approx(2.0)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_an_error(value):
    with pytest.raises(FloatingPointError, match="not finite"):
        parity.differences(arrays([value], [[1.0]]), arrays([1.0], [[1.0]]))
