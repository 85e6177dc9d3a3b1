"""Scores of codes, written and returned."""

import json

import keras
import numpy as np
import pytest

from st_keras.cli.run_folder import RunFolder
from st_keras.cli.slowvae import evaluation
from st_keras.datasets import LatentPairs, Sprites
from st_keras.models import SlowVAE


@pytest.fixture
def model():
    keras.utils.set_random_seed(0)
    model = SlowVAE(latent_size=3)
    model.build((None, 2, 64, 64, 1))
    return model


def test_written_scores_are_those_returned(model, tmp_path, few_samples):
    folder = RunFolder(tmp_path / "e").create()
    source = LatentPairs(Sprites())
    result = evaluation.score_and_draw(model, source, "quick", 0, folder)
    written = json.loads((tmp_path / "e" / "scores.json").read_text())
    assert written["scores"]["mcc"]["value"] == pytest.approx(float(result.scores["mcc"]))
    pairs, _ = source.draw_pairs(20, np.random.default_rng(0))
    np.testing.assert_allclose(written["kl_per_latent"], model.kl_per_latent(pairs), rtol=1e-4)


def test_images_must_fit(model):
    evaluation.check_images_fit(model, LatentPairs(Sprites()))
    with pytest.raises(ValueError, match=r"images of shape \(64, 64, 3\)"):
        evaluation.check_images_fit(model, LatentPairs(Sprites(color="random")))
