"""PyTorch's stand-in learns as the published script does."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="the stand-in needs PyTorch: pip install torch")
ASKED = {"data": "sklearn", "seed": 0, "filters": "4", "kernel_size": 3, "patch_size": 8}


def learner(steps=100):
    from benchmarks.quality.stand_in import StandIn

    return StandIn(ASKED, steps)


def test_a_batch_is_two_updates():
    found = learner()
    before = [weight.detach().clone() for weight in found.model.parameters()]
    found.update()
    assert (found.batches, found.updates) == (1, 2)
    changed = [
        not np.array_equal(a, b.detach())
        for a, b in zip(before, found.model.parameters(), strict=True)
    ]
    assert all(changed)


def test_its_schedule_is_scaled_to_the_batches():
    assert learner(800).sampling.context.stop == 500


def test_a_forecast_reads_the_context_alone():
    found = learner()
    context = found.test_sequences(2)[:, :10]
    first = found.forecast(context)
    assert first.shape == context.shape and np.isfinite(first).all()
    other = context.copy()
    other[:, -1] = 0
    assert np.abs(found.forecast(other) - first).max() > 0


def test_patches_and_back():
    from benchmarks.quality.stand_in import _patched

    frames = np.random.default_rng(0).random((2, 3, 16, 24, 1)).astype("float32")
    patches = _patched(frames, 8)
    assert patches.shape == (2, 3, 2, 3, 64)
    np.testing.assert_array_equal(patches[0, 0, 0, 0].reshape(8, 8), frames[0, 0, :8, :8, 0])
    np.testing.assert_array_equal(patches[1, 2, 1, 2].reshape(8, 8), frames[1, 2, 8:, 16:, 0])
