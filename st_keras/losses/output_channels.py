"""Predicted channels that together say one channel of the truth."""

from keras import ops

from st_keras.validation import error


def by_truth_channel(where, y_true, y_pred, count, of_what):
    """Return predictions (B, ..., C count) as (B, ..., C, count).

    Args:
        where: str. Who asks; the error begins with it.
        y_true: (B, ..., C).
        y_pred: (B, ..., C count), the channels of the first channel of the truth first.
        count: int, or None: whatever is there, at least 1 for each channel.
        of_what: str, what the channels are, for the message.

    Raises:
        ValueError: for another number of channels.

    Example:

    >>> by_truth_channel("example", ops.zeros((2, 3)), ops.zeros((2, 6)), 2, "").shape
    TensorShape([2, 3, 2])
    """
    channels = y_true.shape[-1]
    found = check_channels(where, y_true, y_pred, count, of_what)
    return ops.reshape(y_pred, (*ops.shape(y_pred)[:-1], channels, found))


def check_channels(where, y_true, y_pred, count=1, of_what="one value"):
    """Return how many predicted channels there are for each of the truth, or raise `ValueError`.

    Args: as of `by_truth_channel`. Default: one.
    """
    channels, outputs = y_true.shape[-1], y_pred.shape[-1]
    found = None if None in (channels, outputs) or outputs % channels else outputs // channels
    if not found or (count is not None and found != count):
        required = f"{count} times as many" if count is not None else "a multiple of them"
        raise error(
            where,
            f"{outputs} predicted channel(s) for {channels} channel(s) of the truth",
            f"{required}: {of_what} for each",
            "Let the last layer of the model have so many filters. A Forecaster predicts as many "
            "channels as it reads.",
        )
    return found
