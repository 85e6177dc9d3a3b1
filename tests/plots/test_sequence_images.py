import matplotlib
import numpy as np
import pytest

from st_keras.plots.sequence_images import (
    HATCH,
    check_colours,
    check_sequences,
    colour_frames,
    holds_missing,
    shown_range,
)
from tests.plots.frames import sequence
from tests.refusals import refused

GRAY = matplotlib.colormaps["gray"]


def test_grey_values_and_clipping():
    frames = np.array([-1.0, 0.0, 5.0, 10.0, 99.0]).reshape(1, 1, 5, 1)
    images = colour_frames(frames, 0.0, 10.0, GRAY)
    assert images.shape == (1, 1, 5, 3) and images.dtype == np.uint8
    assert images[0, 0, [0, 1, 3, 4], 0].tolist() == [0, 0, 255, 255]
    assert 126 <= images[0, 0, 2, 0] <= 129


def test_colour_frames_keep_their_channels():
    frames = np.array([255, 0, 51], "uint8").reshape(1, 1, 1, 3)
    assert colour_frames(frames, 0, 255, GRAY).ravel().tolist() == [255, 0, 51]


@pytest.mark.parametrize("channels", [1, 3])
def test_missing_pixels_are_hatched_and_others_stay(channels):
    frames = sequence(1, channels=channels)
    whole = colour_frames(frames, 0.0, 1.0, GRAY)
    frames[0, 3:9, 4:] = np.nan
    images = colour_frames(frames, 0.0, 1.0, GRAY, stripe=2)
    hatched = images[0, 3:9, 4:].reshape(-1, 3)
    assert {tuple(colour) for colour in hatched.tolist()} == set(HATCH)
    assert not (np.diff(hatched.astype(int), axis=-1) == 0).all(-1).any(), "no grey of the map"
    # Stripes of two pixels: one colour along a rising diagonal, the other one two to the right.
    np.testing.assert_array_equal(images[0, 4:9, 4:-1], images[0, 3:8, 5:])
    assert (images[0, 3, 4] != images[0, 3, 6]).all()
    whole[0, 3:9, 4:] = images[0, 3:9, 4:]
    np.testing.assert_array_equal(images, whole)


def test_range_without_what_is_missing():
    holed = np.array([np.nan, -3.0, 5.0, np.inf])
    assert shown_range(holed, None, np.array([6])) == (-3.0, 6.0)
    assert shown_range(np.full(3, 7.0)) == (7.0, 8.0)
    assert shown_range(np.full(3, np.nan)) == (0.0, 1.0)
    assert holds_missing(None, holed) and not holds_missing(None, np.zeros(2))


def test_channel_axis_is_added():
    past, future = sequence(3), sequence(2)
    context, truth, forecasts = check_sequences("plot", past, future, {"a": future})
    assert [a.shape for a in (context, truth, forecasts["a"])] == [
        (3, 12, 18, 1), (2, 12, 18, 1), (2, 12, 18, 1),
    ]  # fmt: skip


F = sequence(2)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((F, F, {}), r"plot: received forecasts of type dict, no named forecast.*PredRNN-V2"),
        ((F, F, F), r"forecasts of type ndarray"),
        ((F[None, ..., None], F, {"a": F}), r"context of shape \(1, 2, .*Pick one sequence"),
        ((F[0], F, {"a": F}), r"context of shape \(12, 18\).*Required: \(T, H, W\)"),
        ((F, F, {"a": sequence(2, channels=2)}), r"forecasts\['a'\] of shape \(2, 12, 18, 2\)"),
        ((F[:0], F, {"a": F}), r"context of shape \(0, 12, 18\)"),
        ((F, sequence(3), {"a": F}), r"'truth' of shape \(3, .*truth\[:horizon\]"),
        ((F, F, {"a": F, "b": sequence(3)}), r"'b' of shape \(3, .* 2 forecast frames"),
        ((F, F, {"a": sequence(2, height=13)}), r"'truth' of|'a' of shape \(2, 13"),
    ],
)
def test_sequence_errors(arguments, message):
    refused(message, check_sequences, "plot", *arguments)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((1.0, 1.0, "gray"), r"plot: received vmin=1 with vmax=1.*vmax above vmin"),
        ((0.0, np.inf, "gray"), r"vmax=inf"),
        ((0.0, 1.0, "greyish"), r"cmap='greyish'.*'turbo'"),
    ],
)
def test_colour_errors(arguments, message):
    refused(message, check_colours, "plot", *arguments)


def test_colormap_object_is_taken_as_it_is():
    assert check_colours("plot", 0, 1, GRAY) is GRAY
