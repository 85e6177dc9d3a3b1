import numpy as np
import pytest

from benchmarks import missing_pixels
from benchmarks.missing_pixels import FASTEST, HORIZON, SIZE, fields, rectangles, widened


def test_fields_are_translated():
    frames = fields(np.random.default_rng(0), 3)[..., 0]
    assert frames.shape == (3, missing_pixels.CONTEXT + HORIZON, SIZE, SIZE)
    # Only phases change in a translation through a torus, each by the same angle in every step.
    spectra = np.fft.fft2(frames)
    np.testing.assert_allclose(np.abs(spectra), np.abs(spectra[:, :1]).repeat(7, 1), atol=0.05)
    turns = spectra[:, 1:, 0, 1] / spectra[:, :-1, 0, 1]
    np.testing.assert_allclose(turns, turns[:, :1].repeat(6, 1), atol=1e-3)
    assert (np.abs(np.angle(turns)) <= 2 * np.pi * FASTEST / SIZE + 1e-3).all()


def test_masks():
    missing = rectangles(np.random.default_rng(0), 200)
    sides = missing.any(1).sum(1), missing.any(2).sum(1)
    for side in sides:
        assert side.min() >= 8 and side.max() <= 16
    np.testing.assert_array_equal(missing.sum((1, 2)), sides[0] * sides[1])
    np.testing.assert_allclose(1 - missing.mean(), missing_pixels.VALID, atol=0.02)
    one = np.zeros((1, 6, 6), bool)
    one[0, 0, 2] = True
    wide = widened(one, 1)
    assert wide.sum() == 9 and wide[0, 5, 1] and not wide[0, 2].any()


def test_both_runs_see_the_same_fields():
    (whole,), (holes,) = (list(missing_pixels.batches(3, 1, masked)) for masked in (False, True))
    seen = np.isfinite(holes)
    assert not seen.all()
    np.testing.assert_array_equal(whole[seen], holes[seen])


@pytest.mark.long
def test_the_edge_of_a_mask_is_not_learned():
    found = missing_pixels.measure(seeds=2, steps=300)
    means = {
        area: [np.mean(differences[run]) for run in missing_pixels.RUNS]
        for area, differences in found.items()
    }
    for area, differences in found.items():
        print(area, {name: f"{1e3 * np.mean(each):.2f}" for name, each in differences.items()})
        assert np.mean(differences["both"]) < 1.3 * np.max(differences["seeds"])
    # What masks cost they cost everywhere: no more at their edges than where none has been.
    whole = np.divide(*means["whole"][::-1])
    for area in ("inside", "edge"):
        assert np.divide(*means[area][::-1]) < 1.1 * whole
    assert whole < 1.5
