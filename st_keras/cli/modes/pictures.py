"""What modes look like inside a model: slot maps, and a map of the memories."""

import numpy as np

from st_keras.metrics.modes import importance_separation, mode_silhouette, tsne_embedding
from st_keras.models import ModeRNN, memory_features
from st_keras.plots import mode_embedding, slot_maps
from st_keras.training.observed_mask import closed_loop_mask

PERPLEXITY = 15.0  # a demo has few sequences
SHOWN_MODES = 2


def draw_modes(model, sequences, labels, modes, folder, batch_size=8):
    """Write the pictures, and return what they show in numbers.

    The model runs in the closed loop: `context_length` observed frames, then its own predictions.

    Args:
        model: a built `Forecaster`.
        sequences: array (N, T, H, W, C) in the user's units.
        labels: int array (N,), indices into `modes`.
        modes: names.
        folder: `RunFolder`.
        batch_size: int, sequences run at once. Default 8.

    Returns:
        dict of floats: "memory_silhouette", and of a ModeRNN "importance_separation" with its
        "importance_chance".
    """
    frames, mask = closed_loop(model, sequences)
    numbers = {}
    memories = first_memories(model, frames, mask, batch_size)
    if len(np.unique(labels)) > 1 and len(labels) > 2 * PERPLEXITY:
        numbers["memory_silhouette"] = mode_silhouette(memories, labels)
        embedding = tsne_embedding(memories, perplexity=PERPLEXITY)
        path = mode_embedding(
            folder / "mode_embedding.png",
            embedding,
            labels,
            modes,
            title="t-SNE of the first layer's memories",
        )
        folder.note("map of the modes", path)
    if isinstance(model.network, ModeRNN):
        weights = top_importance(model, frames, mask, batch_size)
        if 1 < len(np.unique(labels)) < len(labels):
            separation = importance_separation(weights.mean(1), labels)
            numbers["importance_separation"] = separation.overall
            numbers["importance_chance"] = separation.chance
        shown = [int(np.flatnonzero(labels == k)[0]) for k in np.unique(labels)[:SHOWN_MODES]]
        titles = [modes[labels[k]] for k in shown]
        _draw_slots(model, sequences[shown], frames[shown], mask[shown], titles, folder)
    return numbers


def first_memories(model, frames, mask, batch_size):
    """Return the first layer's memories, averaged over time and space (N, F)."""
    return _in_batches(lambda *b: memory_features(model.network, *b)[0], frames, mask, batch_size)


def top_importance(model, frames, mask, batch_size):
    """Return the importance weights of the top layer's slots (N, T, S, 4F)."""
    return _in_batches(lambda *b: model.network.slot_responses(*b)[0][-1], frames, mask, batch_size)


def _in_batches(function, frames, mask, batch_size):
    starts = range(0, len(frames), batch_size)
    parts = [slice(start, start + batch_size) for start in starts]
    return np.concatenate([np.asarray(function(frames[part], mask[part])) for part in parts])


def closed_loop(model, sequences):
    """Return network inputs (N, T-1, H, W, C) and the mask (N, T-1) of a forecast."""
    frames = np.asarray(model.normalization(sequences[:, :-1]))
    mask = closed_loop_mask(*frames.shape[:2], model.context_length)
    return frames, np.asarray(mask)


def _fed(model, sequences):
    """Return what the network reads at each step, within [0, 1]: frames, then its predictions."""
    length = model.context_length
    predictions = np.asarray(model(sequences[:, :-1]))
    fed = np.concatenate([sequences[:, :length], predictions[:, length - 1 : -1]], axis=1)
    return np.clip(np.asarray(model.normalization(fed)), 0, 1)


def _draw_slots(model, sequences, frames, mask, titles, folder):
    importance, attention = model.network.slot_responses(frames, mask)
    length = model.context_length
    path = slot_maps(
        folder / "slot_maps.png",
        _fed(model, sequences),
        np.asarray(attention[-1]),
        np.asarray(importance[-1]).mean(-1),
        titles=titles,
        # With a horizon of 1 every step the network reads is observed.
        context_length=length if length < frames.shape[1] else None,
        title="top layer: where the positions look, and how much each slot counts",
    )
    folder.note("slot maps", path)
