import numpy as np
from PIL import Image

from st_keras.datasets import load_array_file
from st_keras.datasets.readers.video import READER
from tests.refusals import refused

FRAMES = np.random.default_rng(0).integers(0, 256, (7, 6, 8), "uint8")


def refuses(path, match):
    refused(match, load_array_file, path)


def write_gif(path, durations=100):
    first, *rest = [Image.fromarray(frame) for frame in FRAMES]
    first.save(path, save_all=True, append_images=rest, duration=durations)
    return str(path)


def test_gif_by_frame_number(tmp_path):
    frames = READER.open(write_gif(tmp_path / "a.gif"))
    assert frames.shape == (7, 6, 8, 3) and frames.axes == "THWC" and frames.times is None
    assert frames.channels == ("red", "green", "blue")
    assert frames.attributes == {"frame_rate": 10.0} and frames.notes == ()
    colours = np.repeat(FRAMES[..., None], 3, axis=3)
    for number in (5, 0, 6, 3):
        np.testing.assert_array_equal(frames.values[number], colours[number])
    np.testing.assert_array_equal(frames.values[1:6:2, :, 2:], colours[1:6:2, :, 2:])


def test_gif_whose_frames_are_not_equally_spaced(tmp_path):
    frames = READER.open(write_gif(tmp_path / "a.gif", [100, 100, 200, 100, 100, 100, 100]))
    assert frames.attributes == {} and "not equally spaced" in frames.notes[0]


def test_damaged_gif(tmp_path):
    path = write_gif(tmp_path / "a.gif")
    content = (tmp_path / "a.gif").read_bytes()
    (tmp_path / "b.gif").write_bytes(content[:20])
    refuses(tmp_path / "b.gif", "does not open")
    values = READER.open(path).values
    (tmp_path / "a.gif").write_bytes(content[: len(content) // 2])
    refused("reader 'video': .*a.gif', which does not open", values.__getitem__, 6)
