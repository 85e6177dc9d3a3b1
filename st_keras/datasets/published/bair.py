"""BAIR robot pushing: an arm that pushes things in a bin, with its actions."""

import pathlib

from st_keras.datasets.published.published_dataset import TRAIN, PublishedDataset
from st_keras.datasets.published.published_frames import PublishedFrames
from st_keras.validation import check_one_of, error

_NAME = "bair_robot_pushing_small"
_SUFFIX = ".tfrecords"


def _frames(where, path, split, camera="image_aux1"):
    from st_keras.datasets.published.tfds_records import prepared_folder
    from st_keras.datasets.readers.softmotion import CAMERAS, softmotion_frames

    check_one_of(where, "camera", camera, CAMERAS)
    root = pathlib.Path(path)
    found = sorted(root.glob(f"**/{split}/*{_SUFFIX}"))
    if found:
        return PublishedFrames(frames=softmotion_frames(found, camera))
    prepared = prepared_folder(where, root, _NAME)
    if prepared is None:
        raise error(
            where,
            f"{str(root)!r} without a folder {split} of files {_SUFFIX}",
            f"softmotion30_44k with train and test, or {_NAME} prepared by TensorFlow Datasets",
            "Unpack bair_robot_pushing_dataset_v0.tar, and pass its folder.",
        )
    return PublishedFrames(frames=_tfds_frames(where, prepared, split, camera))


def _tfds_frames(where, folder, split, camera):
    from st_keras.datasets.archives.frames import Frames
    from st_keras.datasets.archives.numbered_sequences import NumberedSequences
    from st_keras.datasets.published.tfds_records import TFDSRecords

    records = TFDSRecords(where, folder, split, (camera, "action"))
    shapes = records.features.shape

    def images(n, first, last):
        return records.read(n)[camera][first : last + 1]

    def actions(n, first, last):
        return records.read(n)["action"][first : last + 1]

    return Frames(
        values=NumberedSequences(images, (len(records), *shapes[camera])),
        axes="NTHWC",
        name=camera,
        value_range=(0.0, 255.0),
        actions=NumberedSequences(actions, (len(records), *shapes["action"]), "float32"),
    )


DATASET = PublishedDataset(
    name="bair",
    title="BAIR robot pushing",
    holds="a robot arm that pushes things in a bin, in colour, with its actions",
    needs="the folder softmotion30_44k with train/*.tfrecords and test/*.tfrecords, or the "
    "data_dir of TensorFlow Datasets where bair_robot_pushing_small is prepared",
    source="Ebert, Finn, Lee, Levine, CoRL 2017, "
    "http://rail.eecs.berkeley.edu/datasets/bair_robot_pushing_dataset_v0.tar",
    licence="see its page",
    size="43,264 training and 256 test videos of 30 frames, 64 x 64 pixels, two cameras, 30 GB",
    split="train and test as their folders say; no validation part is published",
    protocol="2 frames observed, 28 predicted (10 in training), camera image_aux1, told 4 numbers "
    "of action for each frame; every frame begins a window; PSNR, SSIM, LPIPS",
    image_shape=(64, 64, 3),
    context_length=2,
    horizon=28,
    frames=_frames,
    splits=(TRAIN, "test"),
    action_size=4,
    options=("camera",),
)
