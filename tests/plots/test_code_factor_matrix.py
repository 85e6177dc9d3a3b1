import numpy as np
import pytest
from PIL import Image

from st_keras.plots import code_factor_matrix

MATRIX = np.array([[0.1, 0.2, 0.9, 0.3], [0.8, 0.0, 0.25, 0.15]])
NAMES = ["position_x", "scale"]
ORANGE = (0xD5, 0x5E, 0x00)


def pixels_of(path, colour):
    with Image.open(path) as image:
        picture = np.asarray(image.convert("RGB")).astype(int)
    return np.argwhere((np.abs(picture - colour) < 3).all(axis=-1))


def columns(figure):
    return [t.get_text() for t in figure.axes[0].get_xticklabels()]


def cells(figure):
    """Texts in the cells, as numbers (factors, latents)."""
    shape = figure.axes[0].get_images()[0].get_array().shape
    grid = np.full(shape, np.nan)
    for text in figure.axes[0].texts:
        column, row = text.get_position()
        grid[int(row), int(column)] = float(text.get_text())
    return grid


def test_rows_are_factors_and_columns_latents(drawn):
    figure = drawn(code_factor_matrix, MATRIX, NAMES, title="SlowVAE")
    axes = figure.axes[0]
    assert [t.get_text() for t in axes.get_yticklabels()] == NAMES
    assert columns(figure) == ["z0", "z1", "z2", "z3"]
    assert np.allclose(axes.get_images()[0].get_array(), MATRIX)
    assert np.allclose(cells(figure), np.round(MATRIX, 2), atol=0.0051)
    assert axes.get_title() == "SlowVAE" and not axes.patches
    assert figure.axes[1].get_ylabel() == "|Spearman correlation|"


def test_assigned_latents_come_first_and_are_framed(drawn):
    figure = drawn(code_factor_matrix, MATRIX, NAMES, permutation=[2, 0], label="R")
    assert columns(figure) == ["z2", "z0", "z1", "z3"]
    assert np.allclose(figure.axes[0].get_images()[0].get_array(), MATRIX[:, [2, 0, 1, 3]])
    places = [np.rint(p.get_xy()).tolist() for p in figure.axes[0].patches]
    assert places == [[0, 0], [1, 1]]


def test_a_factor_without_latent_has_no_frame(drawn):
    figure = drawn(code_factor_matrix, MATRIX, NAMES, list("abcd"), permutation=np.array([-1, 3]))
    assert columns(figure) == ["d", "a", "b", "c"]
    assert [np.rint(p.get_xy()).tolist() for p in figure.axes[0].patches] == [[0, 1]]


def test_of_the_mcc_score(drawn):
    from st_keras.metrics.disentanglement import mcc

    factors = np.random.default_rng(0).normal(size=(200, 3))
    codes = np.concatenate([np.zeros((200, 1)), -factors[:, ::-1]], axis=1)  # z0 is constant
    score = mcc(codes, factors, padding="none")
    figure = drawn(
        code_factor_matrix,
        abs(score.details["correlation"]).T,
        score.details["factors"],
        permutation=score.details["permutation"],
    )
    assert columns(figure) == ["z3", "z2", "z1", "z0"]
    numbers = cells(figure)
    assert (np.diag(numbers) == 1).all() and (numbers[:, 3] == 0).all()


def test_pixels(tmp_path):
    dark = (8, 48, 107)  # the dark end of the colour map
    plain = code_factor_matrix(tmp_path / "new" / "p.png", np.eye(2)[::-1], NAMES)
    framed = code_factor_matrix(tmp_path / "f.png", np.eye(2)[::-1], NAMES, permutation=[1, 0])
    assert not len(pixels_of(plain, ORANGE)) and len(pixels_of(framed, ORANGE)) > 500
    # The dark cell of the upper row moves from right to left.
    halves = []
    for path in (plain, framed):
        found = pixels_of(path, dark)
        upper = found[found[:, 0] < np.median(found[:, 0])]
        halves.append(np.median(upper[:, 1]))
    assert halves[0] > halves[1] + 60


@pytest.mark.parametrize("shape", [(1, 1), (1, 10), (5, 10), (6, 2), (5, 20), (3, 64)])
def test_texts_do_not_overlap(drawn, overlapping, shape):
    matrix = np.random.default_rng(0).random(shape)
    names = ["orientation", "position_x", "position_y", "floor_hue", "object_hue", "s"][: shape[0]]
    figure = drawn(code_factor_matrix, matrix, names, title="title")
    assert overlapping(figure) == []
    assert bool(figure.axes[0].texts) == (shape[1] <= 20), "numbers where cells have room"


def test_long_latent_names_stand_upright(drawn, overlapping):
    names = [f"latent number {k}" for k in range(4)]
    assert overlapping(drawn(code_factor_matrix, MATRIX, NAMES, names)) == []


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((MATRIX[0], NAMES), r"code_factor_matrix: received matrix of shape \(4,\), rank 1"),
        ((MATRIX[:0], []), r"matrix of shape \(0, 4\), empty"),
        ((MATRIX * np.nan, NAMES), r"matrix with 8 of 8 values NaN"),
        ((-MATRIX, NAMES), r"values from -0.9 to -?0.*\[0, 1\].*numpy.abs"),
        ((2 * MATRIX, NAMES), r"values from 0 to 1.8"),
        ((MATRIX, NAMES[:1]), r"1 factor_names for 2 entries"),
        ((MATRIX, NAMES, ["a"]), r"1 latent_names for 4 entries"),
        (
            (MATRIX, NAMES, None, [0]),
            r"permutation=\[0\] for 2 factors and 4 latents.*'permutation'",
        ),
        ((MATRIX, NAMES, None, [0, 4]), r"permutation=\[0, 4\].*0 to 3, or -1"),
        ((MATRIX, NAMES, None, [1, 1]), r"permutation=\[1, 1\].*2 different integers"),
        ((MATRIX, NAMES, None, [-2, 1]), r"permutation=\[-2, 1\]"),
        ((MATRIX, NAMES, None, [0.0, 1.0]), r"permutation=\[0.0, 1.0\]"),
    ],
)
def test_errors(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        code_factor_matrix(tmp_path / "m.png", *arguments)
    assert not list(tmp_path.iterdir())
