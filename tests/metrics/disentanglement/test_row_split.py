import numpy as np
import pytest

from st_keras.metrics.disentanglement.row_split import split_samples

FACTORS = np.arange(90)[:, None] % np.array([[3, 5]])
CODES = np.arange(90.0)[:, None]


def test_rows_are_shuffled_and_disjoint():
    train, test = split_samples("sap", CODES, FACTORS)
    assert len(train) == 60 and len(test) == 30
    rows = np.concatenate([train.codes, test.codes])[:, 0]
    assert sorted(rows) == list(range(90)) and not (np.diff(rows) > 0).all()
    for part in (train, test):  # codes and factors still belong together
        np.testing.assert_array_equal(part.factors, part.codes.astype(int) % [[3, 5]])


def test_seed_and_fraction():
    first, second, other = (
        split_samples("sap", CODES, FACTORS, seed=s, test_fraction=0.2)[1].codes for s in (1, 1, 2)
    )
    assert len(first) == 18
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, other)


def test_given_test_rows_keep_their_order_and_classes():
    # Value 7 comes only in the test rows: it must not become class 0 there.
    test_factors = np.full((10, 2), 7)
    train, test = split_samples(
        "sap", CODES, FACTORS, test_codes=-CODES[:10], test_factors=test_factors
    )
    np.testing.assert_array_equal(train.codes, CODES)
    np.testing.assert_array_equal(test.codes, -CODES[:10])
    np.testing.assert_array_equal(train.factors, FACTORS)
    assert test.factors[0].tolist() == [3, 5]


def test_bins_of_continuous_factors_are_shared():
    train, test = split_samples(
        "sap", CODES, CODES, test_codes=CODES, test_factors=CODES + 45.0, factor_bins=2
    )
    # The median of both parts together: 90 of all 180 values lie below 67.
    np.testing.assert_array_equal(train.factors[:, 0], CODES[:, 0] >= 67)
    np.testing.assert_array_equal(test.factors[:, 0], CODES[:, 0] + 45 >= 67)


def test_constant_in_the_training_rows_is_left_out():
    factors = np.concatenate([FACTORS, np.zeros((90, 1), int)], axis=1)
    train, test = split_samples(
        "sap", CODES, factors, test_codes=CODES, test_factors=factors + (np.arange(90)[:, None] % 2)
    )
    assert train.left_out == test.left_out == ("factor_2",)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"test_codes": CODES}, "one of test_codes and test_factors.*both or neither"),
        ({"test_factors": FACTORS}, "one of test_codes and test_factors"),
        ({"test_fraction": 0.0}, "test_fraction=0.0"),
        ({"seed": -1}, "seed=-1"),
        (
            {"test_codes": np.ones((10, 2)), "test_factors": FACTORS[:10]},
            r"codes of shape \(90, 1\) and test_codes of shape \(10, 2\).*number of latents",
        ),
        (
            {"test_codes": CODES[:10], "test_factors": FACTORS[:10, :1]},
            r"test_factors of shape \(10, 1\).*number of factors",
        ),
        ({"test_codes": CODES[:10], "test_factors": FACTORS[:12]}, r"as many rows"),
        ({"test_codes": CODES[:5], "test_factors": FACTORS[:5]}, r"test_codes of shape \(5, 1\)"),
    ],
)
def test_errors_have_three_parts(options, match):
    with pytest.raises(ValueError, match=match) as info:
        split_samples("sap", CODES, FACTORS, **options)
    assert str(info.value).startswith("sap: received ") and " Required: " in str(info.value)


def test_rows_moved_between_training_and_test_arrays():
    # 95 codes with 90 factors, and 85 with 90: the totals agree, the pairs do not.
    with pytest.raises(ValueError, match="95 rows of codes and 90 of factors"):
        split_samples(
            "sap",
            np.ones((95, 1)),
            FACTORS,
            test_codes=np.ones((85, 1)),
            test_factors=FACTORS,
        )
