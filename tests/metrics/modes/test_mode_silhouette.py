import numpy as np
import pytest

from st_keras.metrics.modes import mode_silhouette
from tests.metrics.disentanglement.grid import refuses
from tests.metrics.modes.clouds import cloud, shuffled

LABELS = np.repeat([0, 1, 2], [20, 25, 15])


def test_by_hand():
    # 0 and 1 against 10 and 11. At 0: a = 1, b = 10.5; at 1: a = 1, b = 9.5; mirrored.
    expected = ((1 - 1 / 10.5) + (1 - 1 / 9.5)) / 2
    assert mode_silhouette([[0], [1], [10], [11]], [0, 0, 1, 1]) == pytest.approx(expected)


def test_against_a_loop():
    features = cloud() + 1.5 * LABELS[:, None]
    scores = []
    for i, x in enumerate(features):
        distance = np.sqrt(((features - x) ** 2).sum(axis=1))
        others = [distance[LABELS == k].mean() for k in range(3) if k != LABELS[i]]
        own = distance[LABELS == LABELS[i]].sum() / (np.sum(LABELS == LABELS[i]) - 1)
        scores.append((min(others) - own) / max(min(others), own))
    found = mode_silhouette(features, LABELS)
    assert found == pytest.approx(np.mean(scores)) and 0.1 < found < 0.9


def test_known_ends():
    assert mode_silhouette(cloud() + 1e6 * LABELS[:, None], LABELS) == pytest.approx(1, abs=1e-4)
    assert (
        abs(mode_silhouette(np.random.default_rng(0).random((600, 3)), np.arange(600) % 2)) < 0.01
    )
    assert mode_silhouette(np.ones((6, 2)), [0, 1] * 3) == 0.0
    # Each mode sits on both ends: the other mode is nearer than the own one.
    assert mode_silhouette([[0.0], [9.0], [0.1], [9.1]], [0, 0, 1, 1]) < -0.4


def test_invariances():
    features = cloud()
    features[:, 0] += 4 * LABELS
    expected = mode_silhouette(features, LABELS)
    assert expected > 0.3
    assert mode_silhouette(*shuffled(features, LABELS)) == pytest.approx(expected)
    assert mode_silhouette(features, np.array(["x", "z", "y"])[LABELS]) == pytest.approx(expected)
    assert mode_silhouette(5 - 3 * features, LABELS) == pytest.approx(expected)
    assert mode_silhouette(features * [1, 1, 1000], LABELS) < 0.05, "not standardised"


def test_errors():
    refuses(mode_silhouette, r"features of shape \(60,\), rank 1", cloud()[:, 0], LABELS)
    refuses(mode_silhouette, r"features of shape \(2, 3\).*at least 3 rows", cloud(rows=2), [0, 1])
    refuses(mode_silhouette, "features with 180 values that are NaN", cloud() * np.nan, LABELS)
    refuses(mode_silhouette, "60 of mode 0.*at least 2 modes", cloud(), LABELS * 0)
    refuses(mode_silhouette, "60 modes for 60 sequences", cloud(), np.arange(60))
    refuses(mode_silhouette, r"labels of type list, shape \(2,\)", cloud(), [0, 1])
