"""Score a SlowVAE and draw what it learned: `evaluate` and `demo` share it."""

import sys

import numpy as np

from st_keras.cli.slowvae.pictures import draw_codes
from st_keras.metrics.disentanglement import evaluate
from st_keras.validation import error

IMAGES_DRAWN = 2_000  # for pictures and active units


def check_images_fit(model, source):
    """Raise `ValueError` unless the model takes images of the source."""
    if tuple(source.image_shape) != tuple(model.image_shape):
        raise error(
            "--data",
            f"images of shape {tuple(source.image_shape)} (H, W, C)",
            f"{tuple(model.image_shape)}, as the model was trained on",
            "Pass data of the same kind as in training.",
        )


def score_and_draw(model, source, protocol, seed, folder):
    """Print the scores of the codes, and write scores and pictures.

    Args:
        model: a built `SlowVAE`.
        source: `PairSource`.
        protocol: "quick" or "reference".
        seed: int, of the images drawn.
        folder: `RunFolder`, created.

    Returns:
        `st_keras.metrics.disentanglement.Evaluation`.
    """
    print(f"\nScoring codes of {source.name}, factors {', '.join(source.scored_factors)}.")
    evaluation = evaluate(model, source, protocol=protocol, seed=seed, progress=sys.stderr.isatty())
    generator = np.random.default_rng(seed)
    pairs, _ = source.draw_pairs(IMAGES_DRAWN // 2, generator)
    kl = model.kl_per_latent(pairs)
    print(evaluation.table())
    print(f"Active latents (KL above 0.01 nats): {int((kl > 0.01).sum())} of {len(kl)}.")
    folder.write_json(
        "scores", "scores.json", {**evaluation.as_dict(), "kl_per_latent": kl.tolist()}
    )
    draw_codes(model, evaluation, pairs, kl, folder)
    return evaluation
