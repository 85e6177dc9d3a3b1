"""Every combination of three factors, equally often: theory holds exactly, not on average."""

import itertools
import json
import pathlib

import numpy as np
import pytest

from tests.refusals import refused

GOLDEN = pathlib.Path(__file__).resolve().parents[3].parent / "shared" / "golden"
SIZES = (3, 4, 5)


def grid(repeats=10, sizes=SIZES, shuffle=True):
    """Factors (60 * repeats, 3), int64."""
    rows = np.array(list(itertools.product(*(range(n) for n in sizes))) * repeats)
    return np.random.default_rng(0).permutation(rows) if shuffle else rows


def noise(factors, latents=3, seed=1):
    return np.random.default_rng(seed).normal(size=(len(factors), latents))


def changed(codes):
    """The same codes in another order, with other signs, scales and offsets."""
    return (codes * np.array([-2.0, 0.5, -7.0]) + np.array([1.0, -3.0, 0.0]))[:, [2, 0, 1]]


def golden(name):
    """Codes and factors (rows are samples), the test rows as keywords, the scores."""
    path = GOLDEN / f"disentanglement_{name}.npz"
    if not path.is_file():
        pytest.skip(f"needs {path.name} in ../shared/golden beside the repository")
    with np.load(path, allow_pickle=False) as file:
        test = {"test_codes": file["codes_test"].T, "test_factors": file["factors_test"].T}
        return file["codes"].T, file["factors"].T, test, json.loads(str(file["scores"]))


GOLDEN_NAMES = pytest.mark.parametrize("name", ["perfect", "rotated", "partial"])


def refuses(function, match, *arguments, **options):
    """Check an error of three parts that begins with the function's name."""
    text = refused(match, function, *arguments, **options)
    assert text.startswith(f"{function.__name__}: received ")
