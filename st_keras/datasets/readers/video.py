"""Video files, whose frames are decoded when they are asked for: ffmpeg; GIF by Pillow."""

import numpy as np

from st_keras.datasets.archives.frame_numbers import NumberedFrames
from st_keras.datasets.archives.frames import Frames
from st_keras.datasets.readers.ffmpeg_film import FFmpegFilm
from st_keras.datasets.readers.images import COLOURS
from st_keras.datasets.readers.reader import Reader
from st_keras.datasets.readers.refusals import refuse_unreadable
from st_keras.datasets.readers.urls import check_path, is_url, local_path
from st_keras.validation import error

WHERE = "reader 'video'"
# To decode these in between is faster than to begin anew.
_GAP = 16
_UNEQUAL = "Frames are not equally spaced in time; they are read one by one, as if they were."


def _open(path):
    gif = str(path).lower().endswith(".gif")
    shape, frame_rate, read = _open_gif(path) if gif else _open_film(path)
    return Frames(
        values=NumberedFrames(read, shape, gap=_GAP),
        axes="THWC",
        # When it was taken is not known, and another beginning would be a lie.
        times=None,
        channels=COLOURS,
        sources=(),
        notes=(_UNEQUAL,) if frame_rate is None and shape[0] > 1 else (),
        attributes={} if frame_rate is None else {"frame_rate": frame_rate},
    )


def _open_film(path):
    film = FFmpegFilm(WHERE, path)
    return film.shape, film.frame_rate, film.read


def _open_gif(path):
    from PIL import Image

    durations = []
    with Image.open(path) as image:
        for frame in range(image.n_frames):
            image.seek(frame)
            durations.append(image.info.get("duration", 0))
        shape = (len(durations), image.height, image.width, 3)
    equal = len(set(durations)) == 1 and durations[0] > 0

    def read(first, last):
        with refuse_unreadable(WHERE, path), Image.open(path) as gif:
            frames = []
            for number in range(first, last + 1):
                gif.seek(number)
                frames.append(np.asarray(gif.convert("RGB")))
        return np.stack(frames)

    return shape, 1000 / durations[0] if equal else None, read


def _check(where, path):
    """Refuse a URL too: ffmpeg is kept to files of this machine."""
    if is_url(local_path(path)):
        raise error(
            where,
            f"{str(path)!r}, a video at a URL",
            "a video file of this machine",
            "Download it and pass its path.",
        )
    check_path(where, path)


READER = Reader(
    name="video",
    check=_check,
    suffixes=(".mp4", ".avi", ".mov", ".mkv", ".webm", ".gif"),
    open=_open,
)
