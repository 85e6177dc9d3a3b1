import numpy as np
import pytest
from scipy.stats import norm

from st_keras.metrics.modes import a_distance, a_distance_matrix
from tests.metrics.disentanglement.grid import refuses
from tests.metrics.modes.clouds import cloud, shuffled


def test_perfectly_separated():
    assert a_distance(cloud(), cloud(30, seed=1)) == 2.0


def test_identical_features():
    assert a_distance(cloud(), cloud()) == 0.0
    assert a_distance(cloud(), shuffled(cloud())[0]) == 0.0
    assert a_distance(np.ones((20, 2)), np.ones((20, 2))) == 0.0


def test_identical_distributions_scatter_around_0():
    values = [a_distance(cloud(seed=2 * s), cloud(seed=2 * s + 1), seed=s) for s in range(40)]
    # 120 rows: standard deviation about 0.18, of the mean of 40 about 0.03.
    assert abs(np.mean(values)) < 0.1 and 0.1 < np.std(values) < 0.35
    assert min(values) < 0, "not clipped"


def test_the_bayes_error_of_two_gaussians():
    # Two unit normals 2 apart: no classifier does better than Phi(-1) = 0.159.
    distance = a_distance(cloud(rows=3000), cloud(2, rows=3000, seed=1))
    expected = 2 * (1 - 2 * norm.cdf(-1))
    assert distance == pytest.approx(expected, abs=0.06)  # 0.02 is one standard error


def test_by_hand():
    # A column with two values: every fit takes 1 for mode a and 0 for mode b, however the folds
    # fall. Of a 3 of 20 are wrong, of b 2 of 40: err = (0.15 + 0.05) / 2 = 0.1.
    first = np.repeat([[1.0], [0.0]], [17, 3], axis=0)
    second = np.repeat([[0.0], [1.0]], [38, 2], axis=0)
    assert a_distance(first, second) == pytest.approx(2 * (1 - 2 * 0.1), abs=1e-12)
    assert a_distance(second, first) == pytest.approx(1.6, abs=1e-12)


def test_unequal_numbers_are_no_distance():
    # A classifier that always says the more frequent mode would have an error rate of 1/11.
    values = [a_distance(cloud(rows=300, seed=s), cloud(rows=30, seed=s + 50)) for s in range(20)]
    assert abs(np.mean(values)) < 0.2  # standard error 0.055


@pytest.mark.parametrize("folds", [2, 5])
def test_against_a_loop_over_folds(folds):
    from sklearn.linear_model import LogisticRegression

    first, second = cloud(rows=23), cloud(1.5, rows=31, seed=1)
    rates = []
    parts = []
    for rows in (first, second):
        rank = np.empty(len(rows), int)
        rank[sorted(range(len(rows)), key=lambda i, rows=rows: rows[i].tolist())] = range(len(rows))
        parts.append((np.random.default_rng(3).permutation(len(rows)) % folds)[rank])
    wrong = np.zeros(2)
    for fold in range(folds):
        x = np.concatenate([first[parts[0] != fold], second[parts[1] != fold]])
        y = np.repeat([0, 1], [np.sum(parts[0] != fold), np.sum(parts[1] != fold)])
        mean, std = x.mean(axis=0), x.std(axis=0)
        weights = len(y) / (2 * np.bincount(y))
        model = LogisticRegression(max_iter=5000)
        model.fit((x - mean) / std, y, sample_weight=weights[y])
        for k, (rows, part) in enumerate(zip((first, second), parts, strict=True)):
            wrong[k] += np.sum(model.predict((rows[part == fold] - mean) / std) != k)
    rates = wrong / (23, 31)
    expected = 2 * (1 - 2 * rates.mean())
    assert 0.3 < expected < 1.8
    assert a_distance(first, second, seed=3, folds=folds) == pytest.approx(expected, abs=1e-12)


def test_held_out_rows_are_not_fitted():
    # More columns than rows: every training set is separated perfectly, new rows are a coin.
    values = [
        a_distance(*np.random.default_rng(s).normal(size=(2, 25, 200)), seed=s) for s in range(10)
    ]
    assert abs(np.mean(values)) < 0.6  # one standard error is 0.13; fitted rows would give 2


def test_order_units_and_offset_do_not_matter():
    first, second = cloud(), cloud(1, seed=1)
    expected = a_distance(first, second)
    assert a_distance(*[shuffled(rows)[0] for rows in (first, second)]) == expected
    scale, offset = np.array([1e-3, 50.0, 2.0]), np.array([7.0, -900.0, 0.0])
    changed = a_distance(first * scale + offset, second * scale + offset)
    assert changed == pytest.approx(expected, abs=1e-9)
    assert a_distance(second, first) == pytest.approx(expected, abs=1e-9)
    constant = [np.concatenate([rows, np.ones((60, 1))], axis=1) for rows in (first, second)]
    assert a_distance(*constant) == pytest.approx(expected, abs=1e-9)


def test_seed():
    first, second = cloud(), cloud(1, seed=1)
    values = [a_distance(first, second, seed=s) for s in (0, 0, 1, 2, 3)]
    assert values[0] == values[1] and len(set(values)) > 1
    assert type(values[0]) is float


def test_float32_and_lists():
    assert a_distance(cloud().astype("float32"), cloud(30).astype("float32")) == 2.0
    assert a_distance([[0], [1], [2]], [[10], [11], [12]], folds=3) == 2.0


def test_matrix_holds_the_pairs():
    modes = {"b": cloud(), "a": cloud(1, seed=1), "c": cloud(30, rows=40, seed=2)}
    features = np.concatenate(list(modes.values()))
    labels = np.repeat(list(modes), [len(rows) for rows in modes.values()])
    matrix = a_distance_matrix(*shuffled(features, labels), seed=1)
    assert matrix.shape == (3, 3) and (matrix == matrix.T).all() and not np.diag(matrix).any()
    for i, j in ((0, 1), (0, 2), (1, 2)):  # in the order a, b, c
        assert matrix[i, j] == a_distance(modes["abc"[i]], modes["abc"[j]], seed=1)
    assert matrix[0, 2] == matrix[1, 2] == 2 and 0 < matrix[0, 1] < 1.5


def test_matrix_does_not_care_for_names():
    features = np.concatenate([cloud(), cloud(1, seed=1)])
    labels = np.repeat([0, 1], 60)
    one, other = (a_distance_matrix(features, names[labels]) for names in (
        np.array([0, 1]), np.array([-4, 90])))  # fmt: skip
    assert (one == other).all() and one[0, 1] != 0


def test_errors():
    refuses(a_distance, r"features_a of shape \(60,\), rank 1", cloud()[:, 0], cloud())
    refuses(a_distance, r"features_b of shape \(4, 3\).*at least 5 rows", cloud(), cloud(rows=4))
    refuses(a_distance, "features_b with 180 values that are NaN", cloud(), cloud() * np.nan)
    refuses(a_distance, r"\(60, 3\) and features_b of shape \(60, 2\).*same layer", cloud(),
            cloud(columns=2))  # fmt: skip
    refuses(a_distance, "features_a of type list, dtype <U1", ["a"], cloud())
    refuses(a_distance, "folds=1", cloud(), cloud(), folds=1)
    refuses(a_distance, "seed=-1", cloud(), cloud(), seed=-1)


def test_errors_of_the_matrix():
    labels = np.arange(60) % 2
    refuses(a_distance_matrix, r"labels of type list, shape \(2,\)", cloud(), [0, 1])
    refuses(a_distance_matrix, "60 of mode 0.*at least 2 modes", cloud(), labels * 0)
    few = np.repeat([0, 1], [56, 4])
    refuses(a_distance_matrix, "4 of mode 1.*5 or more sequences each", cloud(), few)
    assert a_distance_matrix(cloud(), few, folds=4).shape == (2, 2)
    refuses(a_distance_matrix, "features with 1 values that are NaN, inf", [[np.inf]], [0])
    refuses(a_distance_matrix, "folds=0", cloud(), labels, folds=0)
    refuses(a_distance_matrix, "seed=1.5", cloud(), labels, seed=1.5)
