"""What `Forecaster` takes NaN for, and the refusal of values that are a fault."""

import numpy as np
import tensorflow as tf

from st_keras.models.graph_refusal import refuse_unless
from st_keras.validation import check_int, check_number, error

MISSING = ("refuse", "mask")
MASK = "Forecaster(missing='mask') if NaN means that there is no data"


def check_missing(missing, fill_value, max_missing_scans):
    """Return `(missing, fill_value as a float, a tuple of floats or None, max_missing_scans)`.

    Raises:
        ValueError: for another `missing`, "drop" too, which is for datasets, a fill value that is
            no finite number or list of them, or missing scans allowed without "mask".
    """
    if missing not in MISSING:
        dropping = " ('drop' leaves windows out, which a dataset does)" if missing == "drop" else ""
        raise error(
            "Forecaster",
            f"missing={missing!r}{dropping}",
            "'refuse' or 'mask'",
            "Pass missing='drop' to SequenceDataset, and leave Forecaster(missing='refuse')."
            if dropping
            else "Pass missing='mask' if NaN stands for missing values.",
        )
    if isinstance(fill_value, (list, tuple, np.ndarray)) and len(fill_value):
        fill_value = tuple(check_number("Forecaster", "fill_value", each) for each in fill_value)
    elif fill_value is not None:
        fill_value = check_number("Forecaster", "fill_value", fill_value)
    scans = check_int("Forecaster", "max_missing_scans", max_missing_scans, 0)
    if scans and missing != "mask":
        raise error(
            "Forecaster",
            f"max_missing_scans={scans} with missing={missing!r}",
            "missing='mask', which knows missing scans",
            "Pass missing='mask', or max_missing_scans=0.",
        )
    return missing, fill_value, scans


def accepted_frames(where, frames, missing, batch=None):
    """Return frames of a step, which fails at run time if they hold what is a fault.

    XLA cannot compile it.

    Args:
        where: str. Who refuses.
        frames: tensor of numbers.
        missing: "refuse": NaN and infinity are faults; "mask": infinity is.
        batch: integer tensor or None, the number of the batch for the message.
    """
    if not frames.dtype.is_floating:
        return frames
    masked = missing == "mask"
    wrong = tf.math.is_inf(frames) if masked else ~tf.math.is_finite(frames)
    count = tf.reduce_sum(tf.cast(wrong, tf.int32))
    what = "infinite" if masked else "NaN or infinite"
    place = ["a batch"] if batch is None else ["batch ", tf.strings.as_string(batch)]
    check = refuse_unless(
        count == 0,
        where,
        tf.strings.join([*place, " with ", tf.strings.as_string(count), f" {what} value(s)"]),
        "finite values, or NaN where there is no data" if masked else "finite values",
        f"{'Clean the data' if masked else 'Clean the data, or use ' + MASK}; the callback "
        "NaNGuard() names the sample.",
    )
    with tf.control_dependencies([] if check is None else [check]):
        return tf.identity(frames)
