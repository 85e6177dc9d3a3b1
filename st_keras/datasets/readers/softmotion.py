"""BAIR robot pushing: TFRecord files of videos with two cameras, arm positions and actions.

A record is a `tf.train.Example` with the features `T/image_main/encoded`, `T/image_aux1/encoded`
(raw RGB bytes of a square frame), `T/action` (4 floats) and `T/endeffector_pos` (3) of each step T.
"""

import math
import re

import numpy as np

from st_keras.datasets.archives.frames import Frames
from st_keras.datasets.archives.numbered_sequences import NumberedSequences
from st_keras.datasets.readers.reader import Reader
from st_keras.datasets.readers.tfrecord_file import read_record, record_offsets
from st_keras.files.damaged_file import refuse_damaged
from st_keras.validation import check_one_of, error

WHERE = "reader 'softmotion'"
CAMERAS = ("image_aux1", "image_main")
_STEP = re.compile(r"(\d+)/action")


def softmotion_frames(paths, camera=CAMERAS[0]):
    """Return the videos of files, one after the other.

    Args:
        paths: list of str or paths, at least one.
        camera: str, "image_aux1", the one that papers predict (default), or "image_main".

    Returns:
        `Frames` with actions.

    Raises:
        ValueError: if a file is damaged, or of another form.
    """
    check_one_of(WHERE, "camera", camera, CAMERAS)
    places = [(path, at) for path in paths for at in record_offsets(WHERE, path)]
    first = _features(*places[0])
    steps = {int(found[1]) for found in map(_STEP.fullmatch, first) if found}
    if not steps or steps != set(range(len(steps))):
        raise _another(places[0][0], f"a record with actions of {len(steps)} steps")
    height, action_size = _size(places[0][0], first, camera)
    length = len(steps)

    def images(n, begin, end):
        path, features = places[n][0], _features(*places[n])
        return np.stack([_image(path, features, t, camera, height) for t in range(begin, end + 1)])

    def actions(n, begin, end):
        path, features = places[n][0], _features(*places[n])
        return np.stack([_action(path, features, t, action_size) for t in range(begin, end + 1)])

    shape = (len(places), length)
    return Frames(
        values=NumberedSequences(images, (*shape, height, height, 3)),
        axes="NTHWC",
        name=camera,
        value_range=(0.0, 255.0),
        actions=NumberedSequences(actions, (*shape, action_size), "float32"),
    )


def _features(path, offset):
    import tensorflow as tf

    record = read_record(WHERE, path, offset)
    with refuse_damaged(WHERE, path, "records of tf.train.Example"):
        return tf.train.Example.FromString(record).features.feature


def _size(path, features, camera):
    key = f"0/{camera}/encoded"
    images = features[key].bytes_list.value if key in features else ()
    side = math.isqrt(len(images[0]) // 3) if images else 0
    if not side or 3 * side * side != len(images[0]):
        raise _another(path, f"no square RGB frame in {key}")
    return side, len(features["0/action"].float_list.value)


def _image(path, features, t, camera, side):
    key = f"{t}/{camera}/encoded"
    images = features[key].bytes_list.value if key in features else ()
    if len(images) != 1 or len(images[0]) != 3 * side * side:
        raise _another(path, f"{key} of {len(images[0]) if images else 0} bytes")
    return np.frombuffer(images[0], "uint8").reshape(side, side, 3)


def _action(path, features, t, size):
    key = f"{t}/action"
    numbers = features[key].float_list.value if key in features else ()
    if len(numbers) != size:
        raise _another(path, f"{key} of {len(numbers)} numbers")
    return np.array(numbers, "float32")


def _another(path, what):
    return error(
        WHERE,
        f"{str(path)!r} with {what}",
        "records as published: raw RGB frames of one size and an action for each step from 0 on",
        "Copy or download it again.",
    )


def _open(path, camera=CAMERAS[0]):
    return softmotion_frames([path], camera)


READER = Reader(name="softmotion", suffixes=(".tfrecords",), open=_open, options=("camera",))
