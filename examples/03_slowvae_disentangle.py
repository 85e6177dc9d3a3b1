"""Train SlowVAE on pairs of moving sprites, score its codes, draw what each latent does.

You learn: a factor grid, pairs, SlowVAE, encode, scores of disentanglement, a latent traversal.
Run: python examples/03_slowvae_disentangle.py [--smoke]
Takes: about 4 minutes on two CPU cores. Expect: codes of the positions first.
"""

import sys

import keras
import numpy as np

import st_keras
from st_keras.metrics import disentanglement


def main(smoke=False):
    steps = 8 if smoke else 3000
    sprites = st_keras.datasets.Sprites()  # shape, scale, orientation, position_x, position_y
    pairs = st_keras.datasets.LatentPairs(sprites, transition="laplace")

    model = st_keras.models.SlowVAE(latent_size=10, beta=1, gamma=10, rate=6)
    model.compile(optimizer=keras.optimizers.Adam(1e-3))
    dataset = pairs.as_dataset(batch_size=4 if smoke else 32)  # (32, 2, 64, 64, 1) in [0, 1]
    model.fit(dataset, steps_per_epoch=steps // 4, epochs=4, shuffle=False, verbose=2)

    images, factors = pairs.draw_images(200 if smoke else 5000, np.random.default_rng(0))
    codes = model.encode(images)  # (5000, 10)
    for score in (disentanglement.mcc(codes, factors), disentanglement.mig(codes, factors)):
        print(f"{score.name}: {score.value:.3f}")

    values = np.linspace(-2, 2, 9)
    decoded = model.decode(st_keras.plots.traversal_codes(codes[0], values))
    path = st_keras.plots.latent_traversal("latent_traversal.png", decoded, values=values)
    print(f"Written: {path}")


if __name__ == "__main__":
    main("--smoke" in sys.argv[1:])
