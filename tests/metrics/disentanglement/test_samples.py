import numpy as np
import pytest

from st_keras.metrics.disentanglement.samples import (
    check_codes,
    check_numbers,
    check_samples,
    check_seed,
    leave_out_constant,
    parse_samples,
)
from tests.refusals import refused

CODES = np.random.default_rng(0).normal(size=(20, 2))
FACTORS = np.stack([np.arange(20) % 2, np.arange(20) % 5], axis=1)


def refuses(match, codes=CODES, factors=FACTORS, **options):
    with pytest.raises(ValueError, match=match) as info:
        check_samples("mig", codes, factors, **options)
    assert str(info.value).startswith("mig: received ") and " Required: " in str(info.value)


def test_classes_are_indices_in_the_order_of_the_values():
    samples = check_samples("mig", CODES.tolist(), FACTORS * 10 - 7)
    np.testing.assert_array_equal(samples.factors, FACTORS)
    assert samples.codes.dtype == np.float64 and len(samples) == 20
    assert samples.describe() == {"factors": ["factor_0", "factor_1"], "left_out": []}


def test_values_stay_numbers_without_classes():
    samples = check_samples("mcc", CODES, FACTORS * 10 - 7, classes=False)
    np.testing.assert_array_equal(samples.factors, FACTORS * 10.0 - 7)


def test_booleans_are_classes():
    samples = check_samples("mig", CODES, FACTORS[:, :1] == 1)
    np.testing.assert_array_equal(samples.factors, FACTORS[:, :1])


def test_continuous_factors_are_binned():
    samples = check_samples("mig", CODES, CODES, factor_bins=4)
    assert np.bincount(samples.factors[:, 0]).tolist() == [5] * 4


def test_input_is_not_changed():
    codes = np.stack([np.arange(20.0), 1 + 1e-15 * np.arange(20)], axis=1)
    copy = codes.copy()
    assert np.ptp(check_codes("mig", codes)[:, 1]) == 0  # constant up to rounding
    np.testing.assert_array_equal(codes, copy)


def test_small_but_real_differences_are_kept():
    codes = 1 + 1e-9 * np.arange(20.0)[:, None]
    np.testing.assert_array_equal(check_codes("mig", codes), codes)


def test_constant_factors_are_left_out_by_name():
    factors = np.concatenate([np.full((20, 1), 3), FACTORS], axis=1)
    samples = check_samples("mig", CODES, factors, ["colour", "shape", "x"])
    assert samples.factor_names == ("shape", "x") and samples.left_out == ("colour",)
    np.testing.assert_array_equal(samples.factors, FACTORS)


def test_the_first_part_decides_what_is_constant():
    samples = parse_samples("dci", CODES, FACTORS)
    even = samples.rows(np.arange(0, 20, 2))  # factor_0 is constant here
    train, test = leave_out_constant("dci", even, samples)
    assert train.factor_names == test.factor_names == ("factor_1",)
    assert test.left_out == ("factor_0",) and test.factors.shape == (20, 1)


@pytest.mark.parametrize(
    ("codes", "match"),
    [
        (CODES[:, 0], r"codes of shape \(20,\), rank 1.*rank 2, axes \(N, latents\)"),
        (CODES[None], r"rank 3"),
        (CODES[:9], r"codes of shape \(9, 2\).*at least 10 rows"),
        (CODES[:, :0], r"\(20, 0\).*1 column"),
        (np.where(CODES == CODES[3, 1], np.nan, CODES), r"1 values that are NaN.*in row 3"),
        (np.where(CODES == CODES[0, 0], np.inf, CODES), r"NaN, inf or beyond 1e\+30.*diverged"),
        (CODES * 1e35, r"beyond 1e\+30"),
        (CODES.astype(str), r"codes of type ndarray, dtype <U\d+.*an array of numbers"),
        (CODES * 1j, r"complex128"),
        ([[1.0], [1.0, 2.0]], r"codes of type list.*numpy.asarray"),
        (None, r"codes of type NoneType, dtype object"),
    ],
)
def test_wrong_codes(codes, match):
    refuses(match, codes=codes)


@pytest.mark.parametrize(
    ("factors", "match"),
    [
        (FACTORS[:, 0], r"factors of shape \(20,\), rank 1"),
        (FACTORS[:15], r"codes of shape \(20, 2\) and factors of shape \(15, 2\).*same images"),
        (FACTORS * 1.0, r"factors of dtype float64.*continuous.*astype\(int\).*factor_bins=20"),
        (np.full((20, 2), np.nan), r"factors with 40 values that are NaN"),
        (np.ones((20, 2), int), r"all constant over 20 rows.*two values or more"),
        (np.arange(40).reshape(20, 2), r"'factor_0' with 20 values in 20 rows.*two rows per"),
    ],
)
def test_wrong_factors(factors, match):
    refuses(match, factors=factors)


def test_transposed_arrays_are_recognised():
    refuses("Transpose both: rows are samples", codes=np.ones((10, 30)), factors=np.ones((12, 30)))


def test_wrong_options():
    refuses("factor_bins=1.*at least 2", factor_bins=1)
    refuses(r"factor_names=\('a',\) for 2 factors", factor_names=["a"])
    refuses("all different", factor_names=["a", "a"])


def test_seed():
    check_seed("mig", np.int64(3))
    for seed in (-1, 1.5, None, True):
        refused(r"mig: received seed=.*an int of at least 0", check_seed, "mig", seed)
    refused(r"seed=4294967296.*finite number in", check_seed, "mig", 2**32)


def test_names_of_the_array_appear():
    with pytest.raises(ValueError, match=r"udr: received codes\[1\] of shape \(3, 2\)"):
        check_codes("udr", CODES[:3], "codes[1]")
    assert check_numbers("udr", "x", CODES[:3], ("N", "latents"), 2).shape == (3, 2)
