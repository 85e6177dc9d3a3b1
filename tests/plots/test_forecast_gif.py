import numpy as np
import pytest
from PIL import Image

from st_keras.plots import forecast_gif
from st_keras.plots.sequence_images import HATCH
from tests.plots.frames import sequence


def pages(path):
    with Image.open(path) as image:
        shots = []
        for k in range(image.n_frames):
            image.seek(k)
            shots.append(np.asarray(image.convert("RGB")).astype(int))
        return shots, image.info


@pytest.mark.parametrize("channels", [None, 1, 3])
def test_one_page_per_frame_and_it_loops(tmp_path, channels):
    past, future = sequence(3, 24, 40, channels), sequence(5, 24, 40, channels, seed=1)
    path = forecast_gif(
        tmp_path / "new" / "loop.gif", past, future, {"a": future, "b": future}, frame_ms=150
    )
    shots, info = pages(path)
    assert path == tmp_path / "new" / "loop.gif" and len(shots) == 8
    assert info["loop"] == 0 and info["duration"] == 150
    assert shots[0].shape == (26 + 24 * 4 + 8 + 26, 8 + 3 * (40 * 4 + 8), 3)


def test_caption_tells_when_the_forecast_starts(tmp_path):
    still = np.zeros((4, 16, 16))
    shots, _ = pages(forecast_gif(tmp_path / "s.gif", still[:2], still[2:], {"a": still[2:]}))
    corners = [shot[-3, 3].tolist() for shot in shots]
    assert len(shots) == 4, "equal frames must not be merged"
    assert corners[0] == corners[1] and corners[2] == corners[3] and corners[1] != corners[2]


def test_panels_show_their_own_frames(tmp_path):
    black, white = np.zeros((1, 60, 60)), np.ones((1, 60, 60))
    path = forecast_gif(tmp_path / "s.gif", black, white, {"a": black}, scale=2)
    (seen, ahead), _ = pages(path)
    middle = 26 + 60
    assert seen[middle, 8 + 60].max() < 10 and seen[middle, 16 + 180].max() < 10
    assert ahead[middle, 8 + 60].min() > 245 and ahead[middle, 16 + 180].max() < 10


def test_missing_pixels_are_hatched_and_named(tmp_path):
    past, future = np.zeros((1, 60, 60)), np.zeros((2, 60, 60))
    whole, _ = pages(forecast_gif(tmp_path / "a.gif", past, future, {"a": future}, scale=1))
    holed = future.copy()
    holed[1, :, 30:] = np.nan
    shots, _ = pages(forecast_gif(tmp_path / "b.gif", past, future, {"a": holed}, scale=1))
    assert {shot.shape[0] for shot in shots} == {whole[0].shape[0] + 26}, "a line that says so"
    panel = shots[2][26 : 26 + 60]
    missing = np.isclose(panel[..., None, :], HATCH, atol=12).all(-1).any(-1)
    assert missing.sum() == pytest.approx(60 * 30, abs=60)
    assert not np.isclose(shots[1][26:86, :, None], HATCH, atol=12).all(-1).any()
    text = shots[0][26 + 60 + 8 : -26]
    assert (text.min(axis=-1) < 128).sum() > 20


def test_without_truth_and_with_small_frames(tmp_path):
    frames = sequence(2, 4, 4)
    path = forecast_gif(tmp_path / "s.gif", frames, None, {"a long name": frames}, scale=1)
    shots, _ = pages(path)
    assert shots[0].shape[1] > 80, "the panel is as wide as its name"


def test_errors(tmp_path):
    frames = sequence(2)
    for arguments, message in (
        ({"frame_ms": 10}, "frame_ms=10"),
        ({"scale": 0}, "forecast_gif: received scale=0"),
        ({"cmap": "nope"}, "forecast_gif: received cmap='nope'"),
    ):
        with pytest.raises(ValueError, match=message):
            forecast_gif(tmp_path / "s.gif", frames, frames, {"a": frames}, **arguments)
    with pytest.raises(ValueError, match=r"forecast_gif: received 'truth' of shape"):
        forecast_gif(tmp_path / "s.gif", frames, frames[:1], {"a": frames})
    assert not list(tmp_path.iterdir())
