"""The smallest runs of SlowVAE's commands."""

import functools
import shutil

import numpy as np
import pytest

from st_keras.cli.main import main
from st_keras.cli.slowvae import evaluation, study
from st_keras.metrics.disentanglement import evaluate


@pytest.fixture
def few_samples(monkeypatch):
    """Score a few hundred images, with the scores that are fast."""
    fewer = functools.partial(evaluate, num_samples=200, scores=("mig", "mcc"))
    for module in (evaluation, study):
        monkeypatch.setattr(module, "evaluate", fewer)
    monkeypatch.setattr(evaluation, "IMAGES_DRAWN", 40)


def smallest_run(out):
    """Arguments of a training run of two batches."""
    return [
        *("train", "slowvae", "--data", "sprites", "--out", out),
        *("--steps", "2", "--batch-size", "2", "--latent-size", "4"),
    ]


@pytest.fixture
def slowvae_arguments(tmp_path):
    """Arguments of the smallest training run."""
    return smallest_run(tmp_path / "run")


@pytest.fixture(scope="session")
def slowvae_trained_once(tmp_path_factory):
    """Folder of the smallest run, for all tests of a process."""
    out = tmp_path_factory.mktemp("slowvae") / "run"
    assert main([str(argument) for argument in smallest_run(out)]) == 0
    return out


@pytest.fixture
def trained_slowvae(slowvae_trained_once, tmp_path):
    """Path of a SlowVAE trained for two batches."""
    shutil.copytree(slowvae_trained_once, tmp_path / "run")
    return tmp_path / "run" / "model.keras"


@pytest.fixture
def kitti_file(tmp_path):
    """A file of masks in the form that `KittiMasks` reads: squares that move."""
    masks = np.zeros((12, 64, 64), bool)
    latents = np.zeros((12, 3), "float32")
    for t in range(12):
        x = 10 + 2 * t
        masks[t, 20:30, x : x + 8] = True
        latents[t] = 24.5, x + 3.5, 80
    np.savez(
        tmp_path / "kitti.npz",
        masks_packed=np.packbits(masks.reshape(12, -1), axis=1),
        lengths=np.array([5, 7]),
        latents=latents,
    )
    return tmp_path / "kitti.npz"
