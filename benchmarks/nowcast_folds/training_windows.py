"""What a fold is trained on: windows of all events but one, and rain that is made."""

import dataclasses

import numpy as np
import tensorflow as tf

from benchmarks.radar_series import FOLDER, whole_events
from st_keras.datasets import AdvectedRain, SequenceDataset, augment

CONTEXT, HORIZON, SIZE = 6, 12, 128
_AUGMENTATION = {"flips": 0.5, "turns": 0.75, "time_reversal": 0.3, "scaling": (0.55, 1.82)}
_COVERED = 0.5


@dataclasses.dataclass(frozen=True)
class Reading:
    """How the frames of an event are read.

    Attributes:
        share: float, of the samples.
        block: int, sides of the squares of pixels that are averaged.
        step: int: every so many frames.
        size: int, sides of the windows.
    """

    share: float
    block: int
    step: int
    size: int


READINGS = (
    Reading(0.5, 4, 1, SIZE),
    Reading(0.2, 2, 1, SIZE),
    Reading(0.1, 8, 1, SIZE // 2),
    Reading(0.12, 4, 2, SIZE),
    Reading(0.08, 4, 3, SIZE),
)


def training_batches(events, batch_size, seed, made_share=0.0, folder=FOLDER):
    """Return endless batches of sequences (B, 18, H, W, 1), mm/h; NaN is missing.

    A batch is of one reading; its samples are of events drawn by the root of their frames, those
    with 18 of them. Coarse readings are smaller, and come four times as many in a batch.

    Args:
        events: names, of `whole_events`.
        batch_size: int.
        seed: int.
        made_share: float, share of the batches that are `AdvectedRain`. Default 0.
        folder: path of the files.
    """
    rates = whole_events(events, folder)
    pipelines, shares = [], []
    for k, reading in enumerate(READINGS):
        frames = [block_means(each, reading.block)[:, :: reading.step] for each in rates.values()]
        frames = [each for each in frames if each.shape[1] >= CONTEXT + HORIZON]
        if not frames:
            continue
        weights = np.sqrt([len(each) * (each.shape[1] - HORIZON) for each in frames])
        mixed = tf.data.Dataset.sample_from_datasets(
            [_windows(each, reading, seed + k) for each in frames],
            list(weights / weights.sum()),
            seed=seed + k,
            rerandomize_each_iteration=False,
        )
        count = batch_size * (SIZE // reading.size) ** 2
        batches = mixed.batch(count, drop_remainder=True)
        pipelines.append(covered(augment(batches, **_AUGMENTATION, seed=seed + k), seed + k))
        shares.append(reading.share)
    shares = [(1 - made_share) * share / sum(shares) for share in shares]
    if made_share:
        made = AdvectedRain((SIZE, SIZE), CONTEXT + HORIZON, seed=seed)
        pipelines.append(made.as_dataset(batch_size))
        shares.append(made_share)
    mixed = tf.data.Dataset.sample_from_datasets(
        pipelines, shares, seed=seed, rerandomize_each_iteration=False
    )
    return mixed.prefetch(2)


def covered(batches, seed):
    """Make half of the sequences miss what lies outside of a disc, as of a composite of radars.

    Where rain comes from outside its range is then learned, whether an event has such edges or not.

    Args:
        batches: dataset of (B, T, H, W, 1).
        seed: int. The discs are a function of (seed, number of the batch).
    """

    def cover(number, frames):
        numbers = tf.random.stateless_uniform(
            (tf.shape(frames)[0], 4), tf.stack([tf.constant(seed, tf.int64), number]), alg="philox"
        )
        height, width = tf.shape(frames)[2], tf.shape(frames)[3]
        size = tf.cast(tf.stack([height, width]), tf.float32)
        centre = (0.2 + 0.6 * numbers[:, :2]) * size
        radius = (0.35 + 0.35 * numbers[:, 2]) * size[0]
        down = tf.range(size[0])[:, None] - centre[:, :1, None]
        right = tf.range(size[1]) - centre[:, 1:, None]
        outside = down**2 + right**2 > radius[:, None, None] ** 2
        outside &= (numbers[:, 3] < _COVERED)[:, None, None]
        return tf.where(outside[:, None, ..., None], np.nan, frames)

    return batches.enumerate().map(cover)


def _windows(frames, reading, seed):
    """Return endless single windows (18, size, size, 1) of an event (N, T, H, W)."""
    crops = {"crop": reading.size, "crop_stride": reading.size // 2}
    data = SequenceDataset.from_arrays(
        frames,
        CONTEXT,
        HORIZON,
        axes="NTHW",
        missing="mask",
        missing_value=np.nan,
        **(crops if frames.shape[2] > reading.size else {}),
    )
    return data.as_dataset(1, shuffle=True, seed=seed, repeat=True).unbatch()


def block_means(rates, block):
    """Return the means (N, T, H / block, W / block) of blocks; one with a missing pixel is NaN."""
    count, steps, height, width = rates.shape
    blocks = rates.reshape(count, steps, height // block, block, width // block, block)
    return blocks.mean(axis=(3, 5))
