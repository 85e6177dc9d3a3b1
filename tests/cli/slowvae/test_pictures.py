"""Pictures of codes are drawn for the latents that say most."""

import argparse

import numpy as np

from st_keras.cli.run_folder import RunFolder
from st_keras.cli.slowvae import pictures
from st_keras.metrics.disentanglement import mcc


class Recorded:
    """Decodes codes to flat images, and remembers them."""

    def __init__(self):
        self.decoded = []

    def encode(self, frames):
        mean = np.asarray(frames).mean(axis=(-3, -2, -1))
        return np.stack([mean, 2 * mean, -mean], axis=-1).astype("float32")

    def decode(self, codes):
        self.decoded.append(codes)
        return np.broadcast_to(codes[..., :1, None, None] * 0.1 + 0.5, (*codes.shape[:-1], 8, 8, 1))


def test_traversals_begin_with_the_latent_of_the_largest_kl(tmp_path):
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(200, 3))
    evaluation = argparse.Namespace(scores={"mcc": mcc(codes, codes[:, :2])})
    model, folder = Recorded(), RunFolder(tmp_path / "p").create()
    pairs = rng.random((20, 2, 8, 8, 1))
    pictures.draw_codes(model, evaluation, pairs, np.array([0.1, 0.0, 3.0]), folder)
    first_row = model.decoded[0][0]  # (steps, latents)
    assert np.ptp(first_row[:, 2]) == 4.0
    assert np.ptp(first_row[:, :2], axis=0).max() == 0.0
    assert {path.suffix for _, path in folder.written} == {".png", ".gif"}
    assert all(path.is_file() for _, path in folder.written)
