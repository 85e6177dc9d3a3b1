"""How well a model keeps spatiotemporal modes apart, and what training on their mixture costs."""

from st_keras.metrics.modes.a_distance import a_distance, a_distance_matrix
from st_keras.metrics.modes.collapse_gap import CollapseGap, collapse_gap
from st_keras.metrics.modes.importance_separation import (
    ImportanceSeparation,
    importance_separation,
)
from st_keras.metrics.modes.mode_errors import mode_errors
from st_keras.metrics.modes.mode_silhouette import mode_silhouette
from st_keras.metrics.modes.tsne_embedding import tsne_embedding

__all__ = [
    "CollapseGap",
    "ImportanceSeparation",
    "a_distance",
    "a_distance_matrix",
    "collapse_gap",
    "importance_separation",
    "mode_errors",
    "mode_silhouette",
    "tsne_embedding",
]
