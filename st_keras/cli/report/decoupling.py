"""The picture of what a PredRNN-V2 writes into its two memories."""

import numpy as np

from st_keras.cli.modes.pictures import closed_loop
from st_keras.cli.report.document import Picture
from st_keras.metrics.modes import tsne_embedding
from st_keras.models import PredRNN
from st_keras.models.predrnn.memory_increments import memory_increments
from st_keras.plots import memory_decoupling
from st_keras.training import Forecaster

MOST_SEQUENCES = 16
MOST_POINTS = 400  # of each memory
PERPLEXITY = 30.0


def draw_decoupling(model, found, folder):
    """Draw how far apart the memories of a PredRNN-V2 are kept.

    Args:
        model: the model that was evaluated.
        found: `Verified`.
        folder: `RunFolder`.

    Returns:
        list of parts of a section; empty where the model has no two memories that are decoupled,
        or reads more than frames.
    """
    plain = (
        isinstance(model, Forecaster)
        and isinstance(model.network, PredRNN)
        and model.network.decoupling
        and model.channels is None
        and model.missing == "refuse"
        and not model.pad
    )
    sequences = found.windows[:MOST_SEQUENCES]
    if not plain or np.isnan(sequences).any():
        return []
    frames, mask = closed_loop(model, sequences)
    similarity, increments = memory_increments(model.network, frames, mask)
    similarity = np.asarray(similarity).mean(axis=0)
    top = np.asarray(increments)[:, :, -1]  # (N, T, 2, parts)
    points = top.reshape(-1, *top.shape[2:])
    # Spread over sequences and steps.
    chosen = np.linspace(0, len(points) - 1, min(len(points), MOST_POINTS)).astype(int)
    features = np.concatenate([points[chosen, 0], points[chosen, 1]])
    of_m = np.repeat([False, True], len(chosen))
    if not np.ptp(features) > 0:
        return []
    perplexity = min(PERPLEXITY, (len(features) - 1) / 3)
    path = memory_decoupling(
        folder / "pictures" / "memory_decoupling.png",
        similarity,
        tsne_embedding(features, perplexity=perplexity),
        of_m,
        model.context_length,
    )
    text = (
        f"What each step writes into the memories c and m, of {len(sequences)} sequences, behind "
        "the adapter. Left: how alike both are; training pushes it towards 0. Right: t-SNE of the "
        "top layer; two clouds apart are memories that keep different things. Distances in such a "
        f"map mean nothing. Mean similarity over steps and layers: {similarity.mean():.3f}."
    )
    return [Picture(path, text, wide=True)]
