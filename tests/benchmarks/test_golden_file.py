"""What a golden file holds, read without PyTorch; `tests/models/*/test_golden.py` use it."""

import json

import numpy as np
import pytest

from benchmarks.golden_file import GoldenFile


@pytest.fixture
def write(tmp_path):
    def write(meta, name="predrnn_v2", **arrays):
        np.savez(tmp_path / f"{name}.npz", meta=json.dumps(meta), **arrays)
        return GoldenFile(tmp_path / f"{name}.npz")

    return write


def test_frames_mask_and_groups(write):
    patched = np.arange(2 * 4 * 1 * 1 * 4, dtype="float32").reshape(2, 4, 1, 1, 4)
    golden = write(
        {"patch_size": 2},
        frames_patched=patched,
        true_frame_flags=np.zeros((2, 2), "float32"),
        **{"param/a.weight": np.ones(3)},
    )
    assert golden.name == "predrnn_v2" and golden.decoupling
    assert golden.frames().shape == (2, 4, 2, 2, 1)
    np.testing.assert_array_equal(golden.observed_mask(), [[1, 0, 0], [1, 0, 0]])
    assert list(golden.group("param")) == ["a.weight"]


def test_gradient_has_the_axes_of_keras(write):
    golden = write({}, **{"grad/conv.weight": np.zeros((7, 3, 5, 5))})
    assert golden.gradient("conv.weight").shape == (5, 5, 3, 7)


def test_pairs(write):
    images = np.arange(4 * 1 * 2 * 2, dtype="float32").reshape(4, 1, 2, 2)
    golden = write(
        {"latent_dim": 3}, name="slowvae_1ch", images_nchw=images, eps=np.zeros((4, 3), "float32")
    )
    frames, noise = golden.pairs()
    assert frames.shape == (2, 2, 2, 2, 1) and noise.shape == (2, 2, 3)
    np.testing.assert_array_equal(frames[1, 0, :, :, 0], images[2, 0])
    assert not golden.decoupling
