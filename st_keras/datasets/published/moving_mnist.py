"""Moving MNIST: digits that move through 64 x 64 pixels."""

import functools
import pathlib

from st_keras.datasets.array_file import detect_digit_file
from st_keras.datasets.published.published_dataset import TEST, TRAIN, VALIDATION, PublishedDataset
from st_keras.datasets.published.published_frames import PublishedFrames
from st_keras.validation import error

DIGITS = "mnist.npz"
_CANONICAL = "mnist_test_seq.npy"
_CLIPS = {
    TRAIN: "moving-mnist-train.npz",
    VALIDATION: "moving-mnist-valid.npz",
    TEST: "moving-mnist-test.npz",
}
VALIDATION_SEQUENCES = 2000  # as in the npz files


def _frames(where, path, split):
    path = pathlib.Path(path)
    found = _found(where, path, split)
    if found.is_dir():
        return PublishedFrames(frames=_tfds_frames(where, found, split))
    if detect_digit_file(found):
        return PublishedFrames(generator=functools.partial(_drawn, str(found)))
    from st_keras.datasets.readers.moving_mnist import READER
    from st_keras.datasets.readers.refusals import refuse_unreadable

    READER.check(where, str(found))
    with refuse_unreadable(where, found):
        return PublishedFrames(frames=READER.open(str(found)))


def _found(where, path, split):
    """Return the file, or the prepared folder, of a part."""
    required = [_CLIPS[split], *([_CANONICAL] if split == TEST else [DIGITS])]
    if path.is_file():
        parts = _parts_of(path)
        if split in parts:
            return path
        found, what = [], f"{path.name} is of {' and '.join(parts) or 'no part that is known'}"
        action = f"Pass the folder that holds it and {_CLIPS[split]}."
    else:
        from st_keras.datasets.published.tfds_records import prepared_folder

        names = [_CLIPS[split]] + [_CANONICAL] * (split == TEST)
        found = [path / name for name in names if (path / name).is_file()]
        prepared = prepared_folder(where, path, "moving_mnist") if split == TEST else None
        found += [prepared] * (prepared is not None)
        # What is drawn goes with what is drawn: beside clips, the other part is missing.
        clips = [_CLIPS[each] for each in (TRAIN, VALIDATION) if (path / _CLIPS[each]).is_file()]
        if not found and split != TEST and not clips and (path / DIGITS).is_file():
            found = [path / DIGITS]
        what = f"{len(found)} places have it: {', '.join(map(str, found)) or 'none'}"
        action = "Pass the path of the file itself."
        if not found:
            action = f"Put {_CLIPS[split]} there, or pass the path of the file that has the part."
        if clips and split != TEST:
            what, required = f"{', '.join(clips)} without {_CLIPS[split]}", [_CLIPS[split]]
            action = f"Put {_CLIPS[split]} there; to train on drawn digits, pass {DIGITS} itself."
    if len(found) != 1:
        raise error(
            where,
            f"{str(path)!r} for split={split!r}; {what}",
            f"one of {' and '.join(required)}, or their folder" if required[1:] else required[0],
            action,
        )
    return found[0]


def _parts_of(path):
    """Return the parts that a file is of, by its name; of digits those that are drawn."""
    if path.name == _CANONICAL:
        return [TEST]
    if detect_digit_file(path):
        return [TRAIN, VALIDATION]
    return [split for split in _CLIPS if f"-{split[:5]}" in path.name]


def _drawn(digits, split, num_frames):
    from st_keras.datasets.moving_digits import MovingDigits

    count = VALIDATION_SEQUENCES if split == VALIDATION else None
    return MovingDigits(digits, split=split, num_frames=num_frames, num_sequences=count)


def _tfds_frames(where, folder, split):
    from st_keras.datasets.archives.decoded_values import DecodedValues
    from st_keras.datasets.archives.frames import Frames
    from st_keras.datasets.archives.numbered_sequences import NumberedSequences
    from st_keras.datasets.published.tfds_records import TFDSRecords

    records = TFDSRecords(where, folder, split, ("image_sequence",))
    shape = records.features["image_sequence"].shape

    def read(n, first, last):
        return records.read(n)["image_sequence"][first : last + 1]

    values = NumberedSequences(read, (len(records), *shape))
    return Frames(values=DecodedValues(values, 1 / 255), axes="NTHWC", value_range=(0.0, 1.0))


DATASET = PublishedDataset(
    name="moving_mnist",
    title="Moving MNIST",
    holds="two handwritten digits that move, and bounce off the edges",
    needs="mnist_test_seq.npy (test), moving-mnist-train.npz, -valid.npz and -test.npz of the "
    "PredRNN code, mnist.npz of Keras (training sequences are drawn), moving_mnist prepared by "
    "TensorFlow Datasets (test), or a folder of these",
    source="Srivastava, Mansimov, Salakhutdinov, ICML 2015, "
    "https://www.cs.toronto.edu/~nitish/unsupervised_video/",
    licence="none stated; the digits of MNIST are CC BY-SA 3.0",
    size="test 10,000 sequences of 20 frames, 0.8 GB; npz: 10,000 / 2,000 / 3,000 sequences",
    split="npz: training, validation and test as published; npy: test alone, training sequences "
    "are drawn from the digits of MNIST's training part (its last tenth for validation)",
    protocol="10 frames observed, 10 predicted; squared error summed over the pixels of a frame "
    "in [0, 1], MAE, SSIM, PSNR, LPIPS",
    image_shape=(64, 64, 1),
    context_length=10,
    horizon=10,
    stride=20,
    frames=_frames,
    splits=(TRAIN, VALIDATION, TEST),
    units="grey values, 0 to 1",
)
