import pathlib
import subprocess
import sys

import numpy as np
import pytest

from st_keras.datasets import load_array_file
from st_keras.datasets.readers.ffmpeg_film import FFmpegFilm
from st_keras.datasets.readers.video import READER
from tests.refusals import refused

imageio_ffmpeg = pytest.importorskip("imageio_ffmpeg", reason="needs the extra [video]")
FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
# A picture in which a number runs, so that no two frames are equal.
SOURCE = ["-f", "lavfi", "-i", "testsrc=size=32x24:rate=10:duration=3"]
H264 = ["-c:v", "libx264", "-pix_fmt", "yuv420p"]
CLIPS = {
    # Key frames far from each other, frames in another order than they are shown.
    "a.mp4": [*H264, "-g", "12", "-bf", "2"],
    "open.mp4": [*H264, "-x264-params", "open-gop=1:keyint=6:bframes=3"],
    "a.mkv": [*H264, "-g", "10", "-output_ts_offset", "7"],
    "a.avi": ["-c:v", "mpeg4", "-g", "8"],
    "a.mov": ["-c:v", "mjpeg"],
    "a.webm": ["-c:v", "libvpx", "-g", "9"],
    "uneven.mp4": ["-vf", "select='not(eq(mod(n,7),3))'", "-fps_mode", "vfr", *H264, "-g", "6"],
}


def refuses(path, match):
    refused(match, load_array_file, path)


def ffmpeg(*arguments):
    command = [FFMPEG, "-y", "-nostdin", "-v", "error", "-threads", "1", *arguments]
    return subprocess.run(command, check=True, capture_output=True).stdout


def one_after_another(path):
    """All frames, decoded from the first to the last."""
    content = ffmpeg(
        *("-i", path, "-map", "0:v:0", "-fps_mode", "passthrough"),
        *("-pix_fmt", "rgb24", "-f", "rawvideo", "-"),
    )
    return np.frombuffer(content, "uint8").reshape(-1, 24, 32, 3)


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")

    def make(name):
        path = folder / name
        if not path.is_file():
            ffmpeg(*SOURCE, *CLIPS[name], str(path))
        return str(path)

    return make


@pytest.mark.parametrize("name", CLIPS)
def test_every_frame_is_the_one_of_decoding_from_the_beginning(clip, name):
    frames = READER.open(clip(name))
    expected = one_after_another(clip(name))
    assert frames.shape == expected.shape and len(np.unique(expected, axis=0)) == len(expected)
    np.testing.assert_array_equal(frames.values[:], expected)
    for number in np.random.default_rng(0).permutation(len(expected))[:8]:
        np.testing.assert_array_equal(frames.values[int(number)], expected[number])
    np.testing.assert_array_equal(frames.values[21:3:-5, 2:9], expected[21:3:-5, 2:9])
    uneven = name.startswith("uneven")
    assert frames.attributes == ({} if uneven else {"frame_rate": 10.0})
    assert bool(frames.notes) == uneven


def test_sound_that_begins_before_the_video_moves_no_frame(clip, tmp_path):
    path = str(tmp_path / "sound.mp4")
    ffmpeg(
        *("-f", "lavfi", "-i", "sine=duration=2", "-itsoffset", "0.5", "-i", clip("a.mp4")),
        *("-map", "0:a", "-map", "1:v", "-c:v", "copy", path),
    )
    np.testing.assert_array_equal(
        READER.open(path).values[13:16], one_after_another(clip("a.mp4"))[13:16]
    )


def test_where_seeking_fails_it_is_decoded_from_the_beginning(clip, monkeypatch):
    film = FFmpegFilm("t", clip("a.mp4"))
    expected = one_after_another(clip("a.mp4"))
    beyond = ("-noaccurate_seek", "-seek_timestamp", "1", "-ss", "2.5")
    monkeypatch.setattr(FFmpegFilm, "_begin", lambda self, first: beyond)
    np.testing.assert_array_equal(film.read(13, 14), expected[13:15])


def test_without_time_stamps_frames_are_counted(clip):
    film = FFmpegFilm("t", clip("a.avi"))
    film._stamps = film._keys = None
    np.testing.assert_array_equal(film.read(9, 10), one_after_another(clip("a.avi"))[9:11])


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.avi", "a.mov", "a.webm"])
def test_truncated(clip, tmp_path, name):
    content = pathlib.Path(clip(name)).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) * 2 // 3])
    refuses(tmp_path / name, rf"{name}', which ffmpeg cannot decode .*a whole video file")


def test_a_file_that_was_cut_since_it_was_opened(clip, tmp_path):
    path = tmp_path / "a.avi"
    content = pathlib.Path(clip("a.avi")).read_bytes()
    path.write_bytes(content)
    values = READER.open(str(path)).values
    path.write_bytes(content[: content.index(b"movi") + 4000])
    refused("reader 'video': .*cannot decode .*frames 27 to 28", values.__getitem__, slice(27, 29))


def test_a_list_of_other_files_is_no_video(clip, tmp_path):
    path = tmp_path / "list.mp4"
    path.write_text(f"ffconcat version 1.0\nfile {clip('a.mp4')}\n")
    refuses(path, "cannot decode")
    path.write_text(f"#EXTM3U\n#EXTINF:1,\nfile://{clip('a.mp4')}\n")
    refuses(path, "cannot decode")


def test_without_imageio_ffmpeg(clip, monkeypatch):
    path = clip("a.mp4")
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    refuses(path, r"without imageio-ffmpeg .*pip install 'st_keras\[video\]'")
