import numpy as np

from st_keras.metrics.disentanglement.mutual_information import entropies, mutual_information
from tests.metrics.disentanglement.grid import SIZES, grid


def by_hand(codes, classes, bins):
    """Sum over cells of p log(p / (p_code p_class)), from the definition, one cell at a time."""
    low, high = codes.min(), codes.max()
    digits = np.minimum(((codes - low) / (high - low) * bins).astype(int), bins - 1)
    total = 0.0
    for b in range(bins):
        for k in set(classes):
            both = np.mean((digits == b) & (classes == k))
            if both:
                total += both * np.log(both / (np.mean(digits == b) * np.mean(classes == k)))
    return total


def test_against_the_definition():
    factors = grid(5)
    codes = factors @ np.random.default_rng(0).normal(size=(3, 2))
    result = mutual_information(codes, factors, bins=7)
    expected = [[by_hand(c, f, 7) for f in factors.T] for c in codes.T]
    np.testing.assert_allclose(result, expected, atol=1e-12)


def test_ideal_codes_tell_the_entropy_and_nothing_else():
    factors = grid()
    np.testing.assert_allclose(entropies(factors), np.log(SIZES))
    np.testing.assert_allclose(
        mutual_information(factors * 1.0, factors), np.diag(np.log(SIZES)), atol=1e-12
    )


def test_entropy_of_unequal_classes():
    np.testing.assert_allclose(
        entropies(np.array([[0], [0], [0], [1]])), -(0.75 * np.log(0.75) + 0.25 * np.log(0.25))
    )


def test_constant_latent_tells_nothing():
    factors = grid(1)
    assert (mutual_information(np.full((60, 1), 4.0), factors) == 0).all()
