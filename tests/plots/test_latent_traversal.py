import numpy as np
import pytest
from PIL import Image

from st_keras.plots import latent_traversal
from st_keras.plots.latent_traversal import value_texts
from tests.plots.frames import sequence


def picture(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def traversal(latents=3, steps=5, channels=None, **size):
    frames = sequence(latents * steps, channels=channels, **size)
    return frames.reshape(latents, steps, *frames.shape[1:])


@pytest.mark.parametrize("channels", [None, 1, 3])
def test_one_row_per_latent(tmp_path, channels):
    images = traversal(channels=channels)
    three = latent_traversal(tmp_path / "new" / "three.png", images)
    two = latent_traversal(tmp_path / "two.pdf", images[:2])
    assert three == tmp_path / "new" / "three.png" and two.stat().st_size > 500
    one = picture(latent_traversal(tmp_path / "one.png", images[:1]))
    # A row is 0.85 inch at 150 dots per inch times 12 / 18 of the width, and a gap.
    assert 1.9 * 85 < picture(three).shape[0] - one.shape[0] < 2.1 * 85
    assert 5 * 127 < picture(three).shape[1] < 6 * 127


def test_images_stand_in_their_cells(tmp_path):
    images = np.zeros((2, 3, 16, 16))
    images[1, 2] = 0.5
    image = picture(latent_traversal(tmp_path / "t.png", images))
    grey = np.argwhere((np.abs(image - 128) < 3).all(axis=-1))
    black = np.argwhere((image == 0).all(axis=-1))
    assert len(grey) > 100 * 100
    low, high = black.min(axis=0), np.maximum(black.max(axis=0), grey.max(axis=0))
    place = (grey.mean(axis=0) - low) / (high - low)
    assert 0.6 < place[0] < 0.85 and 0.75 < place[1] < 0.95


def test_range_and_colours(tmp_path):
    images = np.full((1, 1, 8, 8), 255.0)
    white = picture(latent_traversal(tmp_path / "w.png", images, vmax=255))
    yellow = picture(latent_traversal(tmp_path / "y.png", images, vmax=255, cmap="viridis"))
    assert (white == 255).all(axis=-1).mean() > 0.9
    assert (np.abs(yellow - [253, 231, 37]) < 3).all(axis=-1).sum() > 100 * 100


def test_labels_and_values(drawn):
    axes = drawn(
        latent_traversal, traversal(2, 3), ["z4 (KL 2.1)", "z0 (KL 0.3)"], [-1.5, 0, 1.5], title="a"
    ).axes[0]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["z4 (KL 2.1)", "z0 (KL 0.3)"]
    assert [t.get_text() for t in axes.get_xticklabels()] == ["\N{MINUS SIGN}1.5", "0", "1.5"]
    assert axes.get_title() == "a" and axes.get_xlabel() == "value of the latent"
    bare = drawn(latent_traversal, traversal(2, 3)).axes[0]
    assert [t.get_text() for t in bare.get_yticklabels()] == ["z0", "z1"]
    assert not bare.get_xticklabels() and not bare.get_xlabel()


@pytest.mark.parametrize("steps", [1, 4, 11, 21, 40])
def test_texts_do_not_overlap(drawn, overlapping, steps):
    images = traversal(2, steps, height=8, width=8)
    figure = drawn(latent_traversal, images, None, np.linspace(-1.25, 1.25, steps), title="title")
    assert overlapping(figure) == []
    shown = [t.get_text() for t in figure.axes[0].get_xticklabels()]
    assert shown and (steps % 2 == 0 or "0" in shown or steps == 1)


def test_value_texts():
    minus = "\N{MINUS SIGN}"
    assert value_texts(np.array([-2, -0.0, 0.333333])).tolist() == [minus + "2", "0", "0.33"]


def test_large_images_are_thinned(drawn):
    figure = drawn(latent_traversal, traversal(1, 2, height=700, width=500))
    assert figure.axes[0].get_images()[0].get_array().shape[0] <= 320


IMAGES = traversal()


@pytest.mark.parametrize(
    "images, options, message",
    [
        (
            IMAGES[0],
            {},
            r"latent_traversal: received images of shape \(5, 12, 18\).*images\[None\]",
        ),
        (IMAGES[..., None, None], {}, r"shape \(3, 5, 12, 18, 1, 1\).*\(latents, steps, H, W\)"),
        (traversal(channels=2), {}, r"images of shape \(3, 5, 12, 18, 2\)"),
        (IMAGES[:0], {}, r"images of shape \(0, 5, 12, 18, 1\), empty"),
        (np.where(IMAGES > 0.5, np.nan, 0), {}, r"images with \d+ of 3240 values NaN"),
        (IMAGES, {"labels": ["a"]}, r"1 labels for 3 entries.*a list of 3 strings"),
        (IMAGES, {"values": [0, 1]}, r"2 values for 5 steps.*traversal_codes was given"),
        (IMAGES, {"values": [[0] * 5]}, r"values of shape \(1, 5\), rank 2"),
        (IMAGES, {"vmin": 1}, r"vmin=1 with vmax=1"),
        (IMAGES, {"cmap": "greyish"}, r"cmap='greyish'"),
    ],
)
def test_errors(tmp_path, images, options, message):
    old = tmp_path / "t.png"
    old.write_text("old")
    with pytest.raises(ValueError, match=message):
        latent_traversal(old, images, **options)
    assert old.read_text() == "old" and list(tmp_path.iterdir()) == [old]
