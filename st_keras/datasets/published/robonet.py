"""RoboNet: robot arms of several laboratories, with their actions."""

import numpy as np

from st_keras.datasets.published.published_dataset import PublishedDataset
from st_keras.datasets.published.published_frames import PublishedFrames
from st_keras.validation import check_int, error

_TEST_VIDEOS, _TEST_SHARE = 256, 10


def _frames(where, path, split, frames_per_video=31):
    from st_keras.datasets.archives.frames import Frames
    from st_keras.datasets.archives.numbered_sequences import NumberedSequences
    from st_keras.datasets.published.tfds_records import TFDSRecords, prepared_folder

    length = check_int(where, "frames_per_video", frames_per_video, 2)
    folder = prepared_folder(where, path, "robonet")
    if folder is None:
        raise error(
            where,
            f"{str(path)!r} without a prepared robonet",
            "the data_dir of TensorFlow Datasets, or the folder of a version in it",
            "Prepare it with tfds.load('robonet/robonet_64', data_dir=...), which downloads it.",
        )
    records = TFDSRecords(where, folder, "train", ("video", "actions"))
    size = records.features["video"].shape[1:]

    def read(n):
        record = records.read(n)
        frames, actions = record["video"], record["actions"]
        if len(frames) < length or len(actions) < length - 1:
            raise error(
                where,
                f"video {n} of {len(frames)} frames and {len(actions)} actions",
                f"at least frames_per_video={length} frames, and an action between any two",
                f"Pass frames_per_video={min(len(frames), len(actions) + 1)} or less.",
            )
        return frames, actions

    def images(n, first, last):
        return read(n)[0][first : last + 1]

    def actions(n, first, last):
        # After the last frame there may be none, and none is used.
        _, found = read(n)
        return found[np.minimum(np.arange(first, last + 1), len(found) - 1)]

    shape = (len(records), length)
    action_size = records.features["actions"].shape[1]
    frames = Frames(
        values=NumberedSequences(images, (*shape, *size)),
        axes="NTHWC",
        value_range=(0.0, 255.0),
        actions=NumberedSequences(actions, (*shape, action_size), "float32"),
    )
    return PublishedFrames(frames=frames, spans=_spans)


def _spans(whole, split):
    """Return the videos of a part: the last 256, or a tenth of a sample, are for test."""
    count = len(whole.spans)
    test = min(_TEST_VIDEOS, max(1, count // _TEST_SHARE))
    return whole.spans[count - test :] if split == "test" else whole.spans[: count - test]


DATASET = PublishedDataset(
    name="robonet",
    title="RoboNet",
    holds="robot arms that move things, from 113 points of view, in colour, with their actions",
    needs="the data_dir of TensorFlow Datasets where robonet (robonet_64, robonet_128 or a "
    "sample) is prepared",
    source="Dasari et al., CoRL 2019, https://www.robonet.wiki/",
    licence="see its page",
    size="162,417 videos, 36 GB to download; the sample has 700 videos, 0.1 GB",
    split="none is published (all is called train): the last 256 videos, or a tenth of a sample, "
    "are for test here, the others for training",
    protocol="2 frames observed, 10 predicted, told 5 numbers of action for each frame; PSNR, "
    "SSIM, LPIPS",
    image_shape=(64, 64, 3),
    context_length=2,
    horizon=10,
    frames=_frames,
    shared=True,
    action_size=5,
    options=("frames_per_video",),
    extra="data",
)
