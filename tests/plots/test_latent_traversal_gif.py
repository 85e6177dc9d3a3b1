import numpy as np
import pytest
from PIL import Image

from st_keras.plots import latent_traversal_gif
from tests.plots.frames import sequence


def pages(path):
    with Image.open(path) as image:
        shots = []
        for k in range(image.n_frames):
            image.seek(k)
            shots.append(np.asarray(image.convert("RGB")).astype(int))
        return shots, image.info


def traversal(latents, steps, height=24, width=40, channels=None):
    frames = sequence(latents * steps, height, width, channels)
    return frames.reshape(latents, steps, *frames.shape[1:])


@pytest.mark.parametrize("channels", [None, 1, 3])
def test_forth_and_back_for_ever(tmp_path, channels):
    images = traversal(2, 4, channels=channels)
    path = latent_traversal_gif(tmp_path / "new" / "t.gif", images, frame_ms=150, scale=4)
    shots, info = pages(path)
    assert path == tmp_path / "new" / "t.gif" and len(shots) == 6  # 0 1 2 3 2 1
    assert info["loop"] == 0 and info["duration"] == 150
    assert np.abs(shots[1] - shots[5]).max() < 40 and np.abs(shots[2] - shots[4]).max() < 40
    assert np.abs(shots[0] - shots[3]).max() > 100
    assert shots[0].shape == (26 + 24 * 4 + 8 + 26, 8 + 2 * (40 * 4 + 8), 3)


@pytest.mark.parametrize("steps, count", [(1, 1), (2, 2), (3, 4)])
def test_short_traversals(tmp_path, steps, count):
    shots, _ = pages(latent_traversal_gif(tmp_path / "t.gif", traversal(1, steps)))
    assert len(shots) == count


def test_still_images_keep_every_page(tmp_path):
    still = np.zeros((2, 5, 16, 16))
    shots, _ = pages(latent_traversal_gif(tmp_path / "t.gif", still))
    assert len(shots) == 8, "captions tell the pages apart"


def test_panels_show_their_own_latent(tmp_path):
    images = np.zeros((2, 2, 60, 60))
    images[1, 1] = 1.0
    shots, _ = pages(latent_traversal_gif(tmp_path / "t.gif", images))
    middle = 26 + 60
    values = [[shot[middle, x].mean() for x in (8 + 60, 16 + 180)] for shot in shots]
    assert values[0][0] < 10 and values[0][1] < 10 and values[1][0] < 10 and values[1][1] > 245


def test_many_latents_take_several_lines(tmp_path):
    images = np.zeros((7, 2, 60, 60))
    images[5] = 1.0
    shots, _ = pages(latent_traversal_gif(tmp_path / "t.gif", images, columns=3))
    assert shots[0].shape == (3 * (26 + 120) + 8 + 26, 8 + 3 * 128, 3)
    assert shots[0][26 + 146 + 60, 8 + 2 * 128 + 60].min() > 245, "line 2, column 3"
    assert shots[0][26 + 146 + 60, 8 + 128 + 60].max() < 10


def test_labels_and_values_are_written(tmp_path):
    images = np.zeros((1, 2, 60, 60))
    plain, named, valued = (
        pages(latent_traversal_gif(tmp_path / "t.gif", images, **options))[0][0]
        for options in ({}, {"labels": ["z7"]}, {"values": [-1, 1]})
    )
    assert (plain[:26] != named[:26]).any() and (plain[26:] == named[26:]).all()
    assert (plain[-26:] != valued[-26:]).any() and (plain[:-26] == valued[:-26]).all()
    long = pages(latent_traversal_gif(tmp_path / "t.gif", images[:, :, :4, :4], ["z3 (KL 2.1)"]))
    assert long[0][0].shape[1] > 80, "the panel is as wide as its label"


IMAGES = traversal(2, 3)


@pytest.mark.parametrize(
    "images, options, message",
    [
        (IMAGES[0], {}, r"latent_traversal_gif: received images of shape \(3, 24, 40\)"),
        (IMAGES * np.nan, {}, r"images with 5760 of 5760 values NaN"),
        (IMAGES, {"labels": ["a"]}, r"1 labels for 2 entries"),
        (IMAGES, {"values": [1]}, r"1 values for 3 steps"),
        (IMAGES, {"frame_ms": 10}, r"latent_traversal_gif: received frame_ms=10"),
        (IMAGES, {"scale": 0}, r"scale=0"),
        (IMAGES, {"columns": 0}, r"columns=0"),
        (IMAGES, {"cmap": "nope"}, r"cmap='nope'"),
        (IMAGES, {"vmax": -1}, r"vmin=0 with vmax=-1"),
    ],
)
def test_errors(tmp_path, images, options, message):
    with pytest.raises(ValueError, match=message):
        latent_traversal_gif(tmp_path / "t.gif", images, **options)
    assert not list(tmp_path.iterdir())
