"""Pictures of what a SlowVAE learned."""

import numpy as np

from st_keras.plots import (
    active_units,
    code_factor_matrix,
    latent_traversal,
    latent_traversal_gif,
    transition_histogram,
    traversal_codes,
)

VALUES = np.linspace(-2.0, 2.0, 9)  # of a latent with the prior N(0, 1)
GIF_VALUES = np.linspace(-2.0, 2.0, 17)
MOST_PANELS = 10


def draw_codes(model, evaluation, pairs, kl, folder):
    """Draw traversals, the code-factor matrix, active units and code transitions.

    Args:
        model: a built `SlowVAE`.
        evaluation: `Evaluation` with the score "mcc".
        pairs: uint8 (N, 2, H, W, C).
        kl: array (latents,), nats.
        folder: `RunFolder`, created.
    """
    mcc = evaluation.scores["mcc"]
    path = code_factor_matrix(
        folder / "code_factor_matrix.png",
        np.abs(mcc.details["correlation"]).T,
        mcc.details["factors"],
        permutation=mcc.details["permutation"],
    )
    folder.note("codes against factors", path)
    folder.note("active latents", active_units(folder / "active_units.png", kl))
    latents = np.argsort(-kl)[:MOST_PANELS]  # those that say most first
    codes = model.encode(pairs)
    labels = [f"z{i} (KL {kl[i]:.1f})" for i in latents]
    for draw, name, values in (
        (latent_traversal, "latent_traversal.png", VALUES),
        (latent_traversal_gif, "latent_traversal.gif", GIF_VALUES),
    ):
        images = model.decode(traversal_codes(codes[0, 0], values, latents))
        path = draw(folder / name, np.clip(images, 0.0, 1.0), labels=labels, values=values)
        folder.note("latent traversal", path)
    path = transition_histogram(
        folder / "code_transitions.png",
        (codes[:, 1] - codes[:, 0])[:, latents],
        names=[f"z{i}" for i in latents],
    )
    folder.note("code transitions", path)
