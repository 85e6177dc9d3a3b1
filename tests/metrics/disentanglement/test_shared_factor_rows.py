import numpy as np

from st_keras.metrics.disentanglement.shared_factor_rows import SharedFactorRows
from tests.metrics.disentanglement.grid import grid

FACTORS = grid(20)


def test_partners_share_the_factor_and_only_it():
    rows = SharedFactorRows(FACTORS)
    generator = np.random.default_rng(0)
    first = generator.integers(len(FACTORS), size=20_000)
    for k in range(3):
        partners = FACTORS[rows.partners(k, first, generator)]
        agree = (partners == FACTORS[first]).mean(axis=0)
        expected = 1 / np.array([3, 4, 5])  # by chance, in the factors that are free
        expected[k] = 1.0
        # Standard error 0.0034 at most.
        np.testing.assert_allclose(agree, expected, atol=0.014)
        assert agree[k] == 1.0


def test_every_row_of_the_value_is_drawn_equally_often():
    factors = np.array([[0], [1], [0], [1], [1], [0]])
    rows = SharedFactorRows(factors)
    drawn = rows.partners(0, np.full(9000, 3), np.random.default_rng(0))
    counts = np.bincount(drawn, minlength=6)
    assert counts[[0, 2, 5]].tolist() == [0, 0, 0]
    assert np.abs(counts[[1, 3, 4]] - 3000).max() < 180  # four standard deviations


def test_factor_index_broadcasts():
    rows = SharedFactorRows(FACTORS)
    first = np.random.default_rng(0).integers(len(FACTORS), size=(6, 8))
    factor = np.arange(6) % 3
    partners = rows.partners(factor[:, None], first, np.random.default_rng(1))
    assert partners.shape == (6, 8)
    for p in range(6):
        k = factor[p]
        np.testing.assert_array_equal(FACTORS[partners[p], k], FACTORS[first[p], k])


def test_points_cover_all_places_once():
    rows = SharedFactorRows(FACTORS)
    seen = np.zeros(1201, int)
    kinds = []
    for places, factor in rows.points(1201, np.random.default_rng(0)):
        seen[places] += 1
        kinds += factor.tolist()
    assert (seen == 1).all() and len(kinds) == 1201 and set(kinds) == {0, 1, 2}
