import numpy as np
import pytest

from st_keras.datasets.pairs.factor_grid import FactorGrid
from tests.refusals import refused


class Dots(FactorGrid):
    name, image_shape = "dots", (2, 3, 1)
    factor_names, factor_sizes, categorical = ("y", "x"), (2, 3), ("y",)

    def images(self, factors):
        pixel = factors[:, 0] * 3 + factors[:, 1]
        return np.uint8(255 * np.eye(6)[pixel].reshape(-1, 2, 3, 1))


def test_images_must_be_defined():
    class Nothing(FactorGrid):
        pass

    with pytest.raises(TypeError, match="images"):
        Nothing()


def test_factors_are_uniform_on_the_grid_and_reproducible():
    grid = Dots()
    factors = grid.draw_factors(6000, np.random.default_rng(0))
    assert factors.dtype == np.int64 and factors.shape == (6000, 2)
    counts = np.bincount(factors @ [3, 1], minlength=6)
    assert len(counts) == 6 and np.all(np.abs(counts - 1000) < 5 * np.sqrt(1000))
    np.testing.assert_array_equal(grid.draw_factors(6000, np.random.default_rng(0)), factors)


def test_images_belong_to_their_factors():
    images, factors = Dots().draw_images(50, np.random.default_rng(0))
    assert images.shape == (50, 2, 3, 1)
    for image, (y, x) in zip(images, factors, strict=True):
        assert image[y, x, 0] == 255 and image.sum() == 255


def test_scored_factors():
    class Fewer(Dots):
        unscored = ("y",)

    assert Dots().scored_factors == ("y", "x") and Fewer().scored_factors == ("x",)


def test_length_and_repr():
    assert len(Dots()) == 6
    assert repr(Dots()) == "<Dots dots (2, 3, 1): y 2, x 3>"


@pytest.mark.parametrize(
    ("factors", "match"),
    [
        ([[0.0, 1.0]], r"dtype float64.*integers \(N, 2\), columns y, x.*numpy.stack"),
        ([0, 1], r"shape \(2,\)"),
        ([[0, 1, 2]], r"shape \(1, 3\)"),
        ([[True, False]], "dtype bool"),
        ([[0, 0], [0, 3]], "x=3 in row 1.*0 to 2.*from 0"),
        ([[-1, 0]], "y=-1 in row 0.*0 to 1"),
    ],
)
def test_factors_off_the_grid(factors, match):
    refused(f"Here: .*{match}", Dots().check_factors, "Here", factors)


def test_good_factors_become_int64():
    checked = Dots().check_factors("Here", np.array([[1, 2]], "uint8"))
    assert checked.dtype == np.int64 and checked.tolist() == [[1, 2]]
    assert Dots().check_factors("Here", np.zeros((0, 2), int)).shape == (0, 2)
