import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from st_keras.plots import forecast_strip
from st_keras.plots.forecast_strip import _chosen_steps
from st_keras.plots.sequence_images import HATCH
from tests.plots.frames import sequence


def picture(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("channels", [None, 1, 3])
def test_writes_a_picture_with_one_row_per_forecast(tmp_path, channels):
    past, future = sequence(3, channels=channels), sequence(4, channels=channels)
    one = forecast_strip(tmp_path / "new" / "one.png", past, future, {"a": future})
    two = forecast_strip(tmp_path / "two.png", past, future, {"a": future, "b": future})
    assert one == tmp_path / "new" / "one.png"
    assert picture(two).shape[0] > picture(one).shape[0] + 50
    # Seven columns of 0.85 inch at 150 dots per inch, and margins.
    assert 7 * 127 < picture(one).shape[1] < 9.5 * 127


def test_frames_are_shown_in_their_place(tmp_path):
    # Black context, white truth, mid-grey forecast: the columns' middles have these values.
    past, future = np.zeros((1, 8, 8)), np.ones((1, 8, 8))
    image = picture(forecast_strip(tmp_path / "s.png", past, future, {"a": future * 0.5}))
    grey = (np.abs(image.astype(int) - 128) < 3).all(axis=-1)
    rows, columns = np.where(grey)
    black = np.where((image == 0).all(axis=-1))
    assert grey.sum() > 100 * 100
    assert rows.mean() > np.median(black[0]) + 100 and columns.mean() > np.median(black[1]) + 100


def test_missing_pixels_are_hatched_and_named(tmp_path, drawn):
    past, future = np.zeros((2, 8, 8)), np.ones((2, 8, 8))
    whole = drawn(forecast_strip, past, future, {"a": future})
    assert whole.axes[0].get_xlabel() == ""
    future[1, :, 4:] = np.nan
    figure = drawn(forecast_strip, past, future, {"a": future})
    assert figure.axes[0].get_xlabel() == "hatched: no data"
    canvas = figure.axes[0].get_images()[0].get_array()
    hatched = sum((canvas == np.uint8(colour)).all(-1).sum() for colour in HATCH)
    assert hatched == 2 * 8 * 4, "of the truth and of the forecast"


def test_options(tmp_path):
    past, future = sequence(12) * 60, sequence(30) * 60
    path = forecast_strip(
        tmp_path / "radar.png", past, None, {"a quite long name of a method": future},
        vmin=-10, vmax=60, title="5 min", cmap="turbo", units="dBZ", max_columns=8,
    )  # fmt: skip
    assert picture(path).shape[1] < 12 * 127


def test_large_frames_are_thinned(tmp_path):
    future = sequence(2, 900, 700)
    path = forecast_strip(tmp_path / "s.png", future[:1], future[1:], {"a": future[1:]})
    assert picture(path).shape[1] < 600


@given(seen=st.integers(1, 60), ahead=st.integers(1, 60), most=st.integers(4, 30))
def test_chosen_steps(seen, ahead, most):
    past, future = _chosen_steps(seen, ahead, most)
    assert len(past) + len(future) == min(most, seen + ahead)
    assert past[-1] == seen - 1 and future[0] == 0
    assert ahead == 1 or future[-1] == ahead - 1
    assert (np.diff(past) > 0).all() and (np.diff(future) > 0).all()
    assert past[0] >= 0


def test_errors(tmp_path):
    frames = sequence(2)
    for arguments, message in (
        ({"max_columns": 3}, "max_columns=3"),
        ({"cmap": "nope"}, "forecast_strip: received cmap='nope'"),
        ({"vmax": -1}, "vmin=0 with vmax=-1"),
    ):
        with pytest.raises(ValueError, match=message):
            forecast_strip(tmp_path / "s.png", frames, frames, {"a": frames}, **arguments)
    assert not list(tmp_path.iterdir())
