"""The videos of KTH Actions: films with the official list of sequences, or folders of images."""

import dataclasses
import functools
import itertools
import pathlib
import re
import warnings

import numpy as np

from st_keras.datasets.archives.frame_numbers import NumberedFrames
from st_keras.datasets.published.bilinear import resize_bilinear
from st_keras.datasets.readers.refusals import check_filled_file, refuse_unreadable
from st_keras.validation import error, require

LIST = "00sequences.txt"
_NAME = re.compile(r"person(\d\d)_([a-z]+)_d([1-4])")
_LINE = re.compile(r"^\s*(person\d\d_[a-z]+_d[1-4])\s+frames\s+(.*)$", re.MULTILINE)
_IMAGE = re.compile(r"\D*(\d+)\.(?:jpg|jpeg|png)", re.IGNORECASE)
_GREY = np.array([0.299, 0.587, 0.114], "float32")  # of red, green and blue, ITU-R BT.601
# Where an AVI says how many frames it has: in its header, which comes first.
_HEADER, _FRAMES = slice(24, 28), slice(48, 52)


@dataclasses.dataclass(frozen=True, kw_only=True)
class KTHVideo:
    """A video, of which no frame is read yet.

    Args:
        person: int, 1 to 25.
        action: str, such as "boxing".
        scene: int, 1 to 4.
        values: uint8 frames (t, H, W), read when they are sliced.
        runs: list of (start, stop), frames that follow each other: sequences of the list, or
            images whose numbers do.
    """

    person: int
    action: str
    scene: int
    values: object
    runs: list


def kth_videos(where, root, persons, image_size):
    """Find the videos of some persons, sorted by person, action and scene.

    Args:
        where: str. Who asks; errors begin with it.
        root: path of a folder with films `personNN_ACTION_dK_uncomp.avi` in it or below, and the
            list of sequences; or with folders `personNN_ACTION_dK` of images.
        persons: container of ints.
        image_size: (H, W) that frames are resized to, or None: as they are.

    Returns:
        list of `KTHVideo`, at least one.

    Raises:
        ValueError: if there are none, or films and images; if the list is missing or holds none of
            the films.

    Warns:
        UserWarning: if films that the list names are not there.
    """
    root = pathlib.Path(root)
    films = _by_name(root.rglob("person*_d?*.avi"))
    folders = _by_name(path for path in root.rglob("person*_d?*") if path.is_dir())
    if bool(films) == bool(folders):
        raise error(
            where,
            f"{str(root)!r} with {len(films)} films and {len(folders)} folders of images",
            "films personNN_ACTION_dK_uncomp.avi, or folders personNN_ACTION_dK of images, and not "
            "both",
            "Unpack the six archives of the dataset into one folder, and pass it.",
        )
    if films:
        require(where, "imageio_ffmpeg", "imageio-ffmpeg", "video")
        if not (root / LIST).is_file():
            raise error(
                where,
                f"{str(root)!r} with films and without {LIST}",
                "the official list of sequences beside the films",
                "Get it from the page of the dataset.",
            )
        listed = read_sequence_list(where, root / LIST)
        own = {name: runs for name, runs in listed.items() if _parts(name)[0] in persons}
        absent = sorted(set(own) - set(films))
        if absent and len(absent) < len(own):
            warnings.warn(
                f"{root}: {len(absent)} of {len(own)} films that {LIST} names are not there, the "
                f"first of them {absent[0]}",
                UserWarning,
                stacklevel=2,
            )
        found = {name: _film(where, films[name], own[name]) for name in own if name in films}
    else:
        own = {name: path for name, path in folders.items() if _parts(name)[0] in persons}
        found = {name: _folder(where, path) for name, path in own.items()}
    if not found:
        raise error(
            where,
            f"{str(root)!r} with no video of the persons {min(persons)} to {max(persons)}",
            "videos of this part of the dataset",
            "Pass the folder of all videos.",
        )
    size = image_size or next(iter(found.values()))[2]
    return [_video(name, *found[name][:2], size) for name in sorted(found, key=_parts)]


def read_sequence_list(where, path):
    r"""Read the official list of sequences.

    Args:
        where: str. Who asks; errors begin with it.
        path: str or path of `00sequences.txt`.

    Returns:
        dict from names such as "person01_boxing_d1" to lists of (start, stop), frames counted from
        0, stop not included.

    Raises:
        ValueError: if the file is missing, or has no such line, or one with frames that run
            backwards.

    Example:

    >>> line = "person01_boxing_d1\tframes\t1-95, 96-185"
    >>> _ = pathlib.Path("00sequences.txt").write_text(line)
    >>> read_sequence_list("doc", "00sequences.txt")
    {'person01_boxing_d1': [(0, 95), (95, 185)]}
    """
    check_filled_file(where, path)
    text = pathlib.Path(path).read_text("latin-1")
    found = {}
    for name, ranges in _LINE.findall(text):
        runs = [(int(a) - 1, int(b)) for a, b in re.findall(r"(\d+)\s*-\s*(\d+)", ranges)]
        if not runs or any(not 0 <= a < b for a, b in runs):
            raise error(
                where,
                f"{str(path)!r} with the line {name} frames {ranges.strip()!r}",
                "first and last frames, such as 1-95, 96-185",
                "Get the list again from the page of the dataset.",
            )
        found[name] = runs
    if not found:
        raise error(
            where,
            f"{str(path)!r} without a line such as person01_boxing_d1 frames 1-95, 96-185",
            "the official list of sequences",
            "Get it from the page of the dataset.",
        )
    return found


def _by_name(paths):
    return {found[0]: path for path in paths if (found := _NAME.match(path.name))}


def _parts(name):
    person, action, scene = _NAME.match(name).groups()
    return int(person), action, int(scene)


def _video(name, read, runs, size):
    person, action, scene = _parts(name)

    def resized(first, last):
        return resize_bilinear(read(first, last), size)

    values = NumberedFrames(resized, (max(stop for _, stop in runs), *size), gap=16)
    return KTHVideo(person=person, action=action, scene=scene, values=values, runs=runs)


def _film(where, path, runs):
    """Return a function that reads frames, the sequences, and the size of a frame."""
    from st_keras.datasets.readers.ffmpeg_film import FFmpegFilm

    # Opened when a frame is asked for: ffmpeg takes a while for hundreds of films.
    film = functools.cache(lambda: FFmpegFilm(where, path))
    check_filled_file(where, path)
    with open(path, "rb") as file:
        begin = file.read(72)
    count = int.from_bytes(begin[_FRAMES], "little") if begin[_HEADER] == b"avih" else 0
    if not count:
        raise error(
            where,
            f"{str(path)!r}, whose header says nothing of its frames",
            "an AVI file as published",
            "Copy or download it again.",
        )
    size = tuple(int.from_bytes(begin[at : at + 4], "little") for at in (68, 64))
    late = [start for start, _ in runs if start >= count]
    if late:
        raise error(
            where,
            f"{str(path)!r} of {count} frames, of which {LIST} has a sequence from frame "
            f"{late[0] + 1} on",
            "a film with the frames of the list",
            "Copy or download both again.",
        )
    runs = [(start, min(stop, count)) for start, stop in runs]

    def read(first, last):
        return np.rint(film().read(first, last) @ _GREY).astype("uint8")

    return read, runs, size


def _folder(where, path):
    from PIL import Image

    numbered = {}
    for entry in path.iterdir():
        match = _IMAGE.fullmatch(entry.name)
        if match:
            numbered[int(match[1])] = entry
    numbers = np.array(sorted(numbered))
    if not numbers.size:
        raise error(
            where,
            f"{str(path)!r} without images",
            "images with numbers, such as image_0001.jpg",
            "Unpack the dataset again.",
        )
    files = [numbered[n] for n in numbers.tolist()]
    cuts = [0, *(np.flatnonzero(np.diff(numbers) != 1) + 1).tolist(), len(files)]

    def grey(file):
        with refuse_unreadable(where, file), Image.open(file) as image:
            return np.asarray(image.convert("L"))

    def read(first, last):
        return np.stack([grey(file) for file in files[first : last + 1]])

    with refuse_unreadable(where, files[0]), Image.open(files[0]) as image:
        size = (image.height, image.width)
    return read, list(itertools.pairwise(cuts)), size
