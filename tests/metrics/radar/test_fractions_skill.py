"""The fractions skill score, against a loop over pixels, and what it is for."""

import numpy as np
import pytest

from st_keras.metrics.radar import fraction_sums, fss
from tests.metrics.radar.rain_fields import rain_pair
from tests.refusals import refused


def loop(truth, forecast, threshold, n):
    """The protocol, pixel by pixel, of one field (H, W)."""
    valid = ~np.isnan(truth)
    events = [(frame >= threshold) & valid for frame in (truth, forecast)]
    differences = squares = 0.0
    for i, j in np.argwhere(valid):
        rows, columns = (slice(max(k - n // 2, 0), k - n // 2 + n) for k in (i, j))
        observed, told = (of[rows, columns].sum() / (n * n) for of in events)
        differences += (told - observed) ** 2
        squares += told**2 + observed**2
    return differences, squares


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_equal_to_a_loop(n):
    truth, forecast = rain_pair(batch=2, steps=2, height=9, width=7, channels=2, missing=0.15)
    sums = fraction_sums(truth, forecast, [0.5, 1.0], n)
    for k, threshold in enumerate((0.5, 1.0)):
        for lead in range(2):
            fields = [(b, lead, slice(None), slice(None), c) for b in (0, 1) for c in (0, 1)]
            one = np.sum([loop(truth[f], forecast[f], threshold, n) for f in fields], axis=0)
            found = sums.differences[lead, k, 0], sums.squares[lead, k, 0]
            np.testing.assert_allclose(found, one, rtol=1e-12)
            assert sums.score()[lead, k, 0] == pytest.approx(1 - one[0] / one[1])


def test_what_a_small_shift_costs_depends_on_the_scale():
    truth, _ = rain_pair(height=24, width=24, missing=0)
    near, far = (np.roll(truth, by, axis=3) for by in (1, 6))
    scales = (1, 3, 7, 15)
    scores = [fss(truth, moved, 1.0, scales)[:, 0] for moved in (near, far)]
    for of in scores:
        assert (np.diff(of, axis=-1) > 0).all()
    assert (scores[0][:, 1:] > scores[1][:, 1:]).all()
    np.testing.assert_array_equal(fss(truth, truth, 1.0, scales), 1.0)


def test_one_pixel_is_what_the_counts_say():
    """At scale 1 it is F1, the share of events that agree."""
    truth, forecast = rain_pair()
    valid = ~np.isnan(truth)
    came, told = (truth >= 1), (forecast >= 1) & valid
    both, *each = (of.sum((0, 2, 3, 4)) for of in (came & told, came, told))
    np.testing.assert_allclose(fss(truth, forecast, 1, 1)[:, 0, 0], 2 * both / sum(each))


def test_windows_and_batches_add_up():
    truth, forecast = rain_pair(batch=4)
    arguments = {"thresholds": [0.5, 1.0], "scales": [1, 5]}
    whole = fraction_sums(truth, forecast, **arguments)
    windows = fraction_sums(truth, forecast, **arguments, by_window=True)
    parts = fraction_sums(truth[:1], forecast[:1], **arguments) + fraction_sums(
        truth[1:], forecast[1:], **arguments
    )
    assert windows.squares.shape == (4, 4, 2, 2)
    for other in (windows, parts):
        np.testing.assert_allclose(other.score(), whole.score(), rtol=1e-12)


def test_no_event_and_unknown_forecasts_have_no_score():
    truth, forecast = rain_pair()
    assert np.isnan(fss(truth, forecast, 500.0, 5)).all()
    place = tuple(np.argwhere(~np.isnan(truth[:, 2:3]))[0])
    forecast[:, 2:3][place] = np.nan
    assert np.isnan(fss(truth, forecast, 1.0, 5)[:, 0, 0]).tolist() == [False, False, True, False]


@pytest.mark.parametrize(
    "change, message",
    [
        ({"scales": []}, r"scales=\[\].*at least one number of pixels"),
        ({"scales": [3, 3]}, r"scales=\[3, 3\].*all different"),
        ({"scales": 0}, r"scales=0.*at least 1"),
        ({"scales": 2.5}, r"scales=2.5.*an int"),
        ({"definition": "mean"}, r"definition='mean'.*'protocol', 'pysteps'"),
        ({"thresholds": []}, r"fss: received thresholds=\[\]"),
    ],
)
def test_refusals(change, message):
    frames = np.zeros((1, 1, 4, 4, 1))
    arguments = {"y_true": frames, "y_pred": frames, "thresholds": 1, "scales": 3, **change}
    refused(message, fss, **arguments)


def test_sums_of_other_scales_do_not_add():
    one, other = (fraction_sums(*rain_pair(), 1.0, n) for n in (1, 3))
    refused(r"\(1,\).*\(3,\).*Sum all batches alike", lambda: one + other)
