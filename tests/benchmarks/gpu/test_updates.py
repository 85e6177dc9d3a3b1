"""Updates are the same on two devices; other masks, and so other weights, are told apart."""

import types

import pytest

from benchmarks.gpu import devices, updates


@pytest.fixture(scope="module")
def weights():
    return updates.weights_after("/device:CPU:1")


def test_the_same_on_another_device(weights):
    other = updates.weights_after("/device:CPU:0")
    assert updates.largest_difference(weights, other) <= 1e-6


def test_other_masks_are_seen(weights):
    other = updates.weights_after("/device:CPU:1", seed=1)
    assert updates.largest_difference(weights, other) > 100 * updates.TOLERANCE


@pytest.fixture
def stand_ins(monkeypatch):
    """Weights by XLA and by masks; returns them."""
    found = {(False, 0): 1.0, (True, 0): 1.0, (False, 1): 2.0}
    monkeypatch.setattr(devices, "tensorflow_devices", lambda smoke: ["/device:CPU:1"])
    monkeypatch.setattr(devices, "allow_tensor_float", lambda *given: None)

    def weights_after(device, jit_compile=False, seed=0):
        return [found[jit_compile, seed]]

    monkeypatch.setattr(updates, "weights_after", weights_after)
    return found


@pytest.mark.parametrize("xla, status", [(1.0, "ok"), (1.001, "differs")])
def test_xla(stand_ins, xla, status):
    stand_ins[True, 0] = xla
    found = updates.run({}, types.SimpleNamespace(smoke=True))
    assert found["status"] == status
    assert found["differences"]["XLA"] == pytest.approx(xla - 1.0)


def test_masks_that_change_nothing_show_nothing(stand_ins):
    stand_ins[False, 1] = 1.0
    with pytest.raises(RuntimeError, match=r"other masks .*: nothing is shown"):
        updates.run({}, types.SimpleNamespace(smoke=True))
