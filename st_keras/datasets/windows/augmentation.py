"""Sequences as they might have been as well: mirrored, turned, backwards, of other intensity."""

import itertools

import numpy as np
import tensorflow as tf

from st_keras.datasets.windows.augmented_element import AugmentedElement
from st_keras.datasets.windows.channel_roles import channel_roles
from st_keras.validation import check_int, check_number, error

_DRAWS = 7  # of a sample; each change has its own, so that one more leaves the others as they are
WHERE = "augment"


def augment(
    dataset,
    *,
    flips=0.0,
    turns=0.0,
    time_reversal=0.0,
    scaling=None,
    scaling_probability=1.0,
    channels=None,
    vectors=(),
    scaled=None,
    north_up=True,
    seed=0,
    first_batch=0,
    first_row=0,
):
    """Change sequences at random; frames, future and weights of pixels move together.

    What is drawn is a pure function of (seed, epoch, batch number, row of the batch), and of
    nothing else: a resumed run with `first_batch` goes on as if it had not stopped. The epoch of a
    dataset with an end is the number of times it was iterated before, an endless one is always in
    epoch 0. Missing pixels (NaN) move as all others and stay missing.

    Args:
        dataset: `tf.data.Dataset` of batches: frames (B, T, H, W, C); or tuples (frames, None,
            weights) or (context, future, weights), or the first two of these. Weights are (B,),
            (B, T, H, W) or (B, T, H, W, C).
        flips: float in [0, 1], the probability of each of two flips, of rows and of columns.
            Default 0.0.
        turns: float in [0, 1], the probability of a turn by one, two or three quarters, each
            equally likely. Frames have to be square. Default 0.0.
        time_reversal: float in [0, 1], the probability that a sequence runs backwards: rain that
            grows decays, which is seldom as likely. Default 0.0.
        scaling: (low, high), floats above 0: values are multiplied by a factor between them whose
            logarithm is uniform. For quantities of which 0 means none, such as rain rates, not for
            dBZ or K. Zero stays zero. Default None: no scaling.
        scaling_probability: float in [0, 1]. Default 1.0.
        channels: sequence of C str, names of the channels. Default None: they are numbered, "0",
            "1", ...
        vectors: sequence of pairs of names, components along the columns (eastward) and along the
            rows (northward) of a vector such as wind or motion: they are exchanged and change
            sign as a flip, turn or reversal says. Names that look like components ("u", "v10",
            "x_wind", "northward_wind", ...) and are in no pair are refused, but for scaling.
        scaled: sequence of names of the channels that `scaling` multiplies. Needed with several.
        north_up: bool. Whether row 0 is the northernmost, against which northward components
            point. Default True.
        seed: int of at least 0. Default 0.
        first_batch: int, the number of the first batch of an endless dataset, as of
            `SequenceDataset.as_dataset`. Default 0.
        first_row: int, rows of the global batch before those of this dataset, which is read in
            shards: `batch_size * index // count`. Default 0.

    Returns:
        `tf.data.Dataset` of the same structure, shapes and dtypes.

    Raises:
        ValueError: if nothing is asked for, an argument is out of its range, elements are of
            another form (a dict, of frames and actions), channels are not known by name, frames
            are not square for turns, or integers are to be scaled or change sign.

    Example:

    >>> frames = np.arange(4.0, dtype="float32").reshape(1, 1, 2, 2, 1)
    >>> batches = tf.data.Dataset.from_tensors(frames)
    >>> changed = augment(batches, flips=1.0, scaling=(2.0, 2.0))
    >>> [batch.numpy()[0, 0, ..., 0].tolist() for batch in changed]
    [[[6.0, 4.0], [2.0, 0.0]]]
    """
    chances = {
        name: check_number(WHERE, name, value, 0, 1)
        for name, value in (
            ("flips", flips),
            ("turns", turns),
            ("time_reversal", time_reversal),
            ("scaling_probability", scaling_probability),
        )
    }
    factors = _checked_factors(scaling)
    moves = flips or turns or time_reversal
    if not moves and not (factors and scaling_probability):
        raise error(
            WHERE,
            "no change to make",
            "a probability of flips, turns or time_reversal above 0, or scaling",
            "Pass for example flips=0.5, or leave augment out.",
        )
    seed = check_int(WHERE, "seed", seed, 0)
    first_batch = check_int(WHERE, "first_batch", first_batch, 0)
    first_row = check_int(WHERE, "first_row", first_row, 0)
    element = AugmentedElement(WHERE, dataset.element_spec, bool(turns), bool(time_reversal))
    roles = channel_roles(
        WHERE, element.num_channels, channels, vectors if moves else (), scaled, bool(moves),
        factors is not None,
    )  # fmt: skip
    if factors is not None or roles.vectors:
        element.check_floats(WHERE)
    cardinality = int(dataset.cardinality())
    endless = cardinality == tf.data.INFINITE_CARDINALITY
    if first_batch and not endless:
        raise error(
            WHERE,
            f"first_batch={first_batch} with a dataset that ends",
            "first_batch=0 unless the dataset is endless",
            "Make it with repeat=True.",
        )

    def change(epoch, numbered):
        batch, parts = numbered
        whole = element.sequences(parts)
        rows = tf.shape(whole)[0]
        key = tf.random.experimental.stateless_fold_in(
            tf.stack([tf.constant(seed, tf.int64), epoch]), batch
        )
        # Philox counts: the rows before do not depend on how many come after them.
        numbers = tf.random.stateless_uniform((first_row + rows, _DRAWS), key, alg="philox")
        numbers = tf.unstack(numbers[first_row:], num=_DRAWS, axis=1)
        turned = numbers[2] < chances["turns"]
        quarters = tf.where(turned, 1 + tf.cast(3.0 * numbers[3], tf.int32), 0)
        draw = {
            "transpose": quarters % 2 == 1,
            "rows": (numbers[0] < chances["flips"]) ^ ((quarters == 1) | (quarters == 2)),
            "columns": (numbers[1] < chances["flips"]) ^ (quarters >= 2),
            "reverse": numbers[4] < chances["time_reversal"],
        }
        factor = tf.ones_like(numbers[5])
        if factors is not None:
            low, high = np.log(factors)
            drawn = tf.exp(low + (high - low) * numbers[6])
            factor = tf.where(numbers[5] < chances["scaling_probability"], drawn, factor)
        return element.rebuilt(
            parts,
            lambda frames: _moved(frames, draw),
            lambda frames: roles.changed(_moved(frames, draw), draw, factor, north_up),
        )

    numbered = dataset.enumerate(first_batch)
    both = tf.data.Dataset.zip((_epochs(endless), numbered))
    changed = both.map(change, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
    if cardinality == tf.data.UNKNOWN_CARDINALITY:
        return changed
    # flat_map hides the length of the epoch's number; Keras and len() need that of the whole.
    return changed.apply(tf.data.experimental.assert_cardinality(cardinality))


def _moved(frames, draw):
    """Transpose, flip and reverse the samples of (B, T, H, W, C) that are to be."""
    for name, change in (
        ("transpose", lambda x: tf.transpose(x, (0, 1, 3, 2, 4))),
        ("rows", lambda x: tf.reverse(x, (2,))),
        ("columns", lambda x: tf.reverse(x, (3,))),
        ("reverse", lambda x: tf.reverse(x, (1,))),
    ):
        chosen = draw[name]
        if name == "transpose" and frames.shape[2] != frames.shape[3]:
            continue  # no turns were asked for
        frames = tf.where(chosen[:, None, None, None, None], change(frames), frames)
    return frames


def _epochs(endless):
    """An endless dataset of one number: how often it has been iterated before."""
    if endless:
        return tf.data.Dataset.from_tensors(tf.zeros((), tf.int64)).repeat()
    count = itertools.count()
    numbers = tf.data.Dataset.from_tensors(0).map(
        lambda _: tf.ensure_shape(
            tf.numpy_function(lambda: np.int64(next(count)), [], tf.int64), ()
        )
    )
    return numbers.flat_map(lambda number: tf.data.Dataset.from_tensors(number).repeat())


def _checked_factors(scaling):
    if scaling is None:
        return None
    try:
        low, high = (float(factor) for factor in scaling)
        fits = 0 < low <= high < np.inf
    except (TypeError, ValueError):
        fits = False
    if not fits:
        raise error(
            WHERE,
            f"scaling={scaling!r}",
            "the smallest and the largest factor, 0 < low <= high",
            "Pass for example scaling=(0.8, 1.25).",
        )
    return low, high
