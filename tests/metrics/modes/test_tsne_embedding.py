import numpy as np
import pytest

from st_keras.metrics.modes import tsne_embedding
from st_keras.metrics.modes.tsne_embedding import LARGEST_EXACT
from tests.metrics.disentanglement.grid import refuses
from tests.metrics.modes.clouds import cloud, shuffled

FEATURES = np.concatenate([cloud(rows=20, columns=8), cloud(40, rows=20, columns=8, seed=1)])


@pytest.fixture(scope="module")
def places():
    return tsne_embedding(FEATURES, perplexity=8)


def distances(points):
    return np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=-1))


def test_neighbours_stay_neighbours(places):
    from sklearn.manifold import trustworthiness

    assert places.shape == (40, 2) and places.dtype == "float32" and np.isfinite(places).all()
    mode = np.arange(40) < 20
    nearest = (distances(places) + 1e9 * np.eye(40)).argmin(axis=1)
    assert (mode[nearest] == mode).all(), "two modes far apart stay apart"
    assert trustworthiness(FEATURES, places, n_neighbors=5) > 0.85  # 0.5 for random places


def test_rows_belong_to_rows_in_any_order(places):
    features, expected = shuffled(FEATURES, places)
    assert (tsne_embedding(features, perplexity=8) == expected).all()


def test_same_places_twice(places):
    assert (tsne_embedding(FEATURES, perplexity=8) == places).all()


def test_offset_and_scale_of_all_columns():
    from sklearn.manifold import trustworthiness

    # Squares of 1e9 would leave nothing of differences of 1, those of 1e25 no float32.
    for features in (FEATURES + 1e9, 1e25 * FEATURES):
        assert trustworthiness(FEATURES, tsne_embedding(features, perplexity=8)) > 0.85


def test_one_column_and_few_rows():
    line = tsne_embedding(np.arange(12.0)[:, None], perplexity=3)
    assert line.shape == (12, 2) and np.ptp(line, axis=0).min() > 0
    assert tsne_embedding([[0.0, 1.0], [2.0, 0.0], [3.0, 3.0]], perplexity=2).shape == (3, 2)


def test_many_rows_take_the_approximate_gradient(monkeypatch):
    from sklearn import manifold

    methods = []
    original = manifold.TSNE

    def short(**options):
        methods.append(options["method"])
        return original(max_iter=250, **options)

    monkeypatch.setattr(manifold, "TSNE", short)
    features = cloud(rows=LARGEST_EXACT + 1, columns=2)
    assert tsne_embedding(features).shape == (LARGEST_EXACT + 1, 2)
    tsne_embedding(features[:50])
    assert methods == ["barnes_hut", "exact"]


def test_errors():
    refuses(tsne_embedding, r"perplexity=30 for 30 sequences.*such as 7\.", FEATURES[:30])
    refuses(tsne_embedding, "perplexity=40 for 40 sequences", FEATURES, perplexity=40)
    refuses(tsne_embedding, "perplexity=0.5", FEATURES, perplexity=0.5)
    refuses(tsne_embedding, "perplexity=nan", FEATURES, perplexity=np.nan)
    refuses(tsne_embedding, "seed=-1", FEATURES, seed=-1)
    refuses(tsne_embedding, r"features of shape \(40,\), rank 1", FEATURES[:, 0])
    refuses(tsne_embedding, "features with 320 values that are NaN", FEATURES * np.nan)
    refuses(tsne_embedding, "40 sequences that are all equal", np.full((40, 3), 0.1))
    refuses(tsne_embedding, "features of type str", "features")
