"""Inputs that a forecast is told of the future, as far as the clock knows them."""

import numpy as np

from st_keras.datasets.archives.channel_stack import TIME_OF_DAY, WAVES, day_waves
from st_keras.validation import error


def known_inputs(model, shape, times, horizon):
    """Return the `known` inputs of a forecast that goes on from the last frames of an archive.

    Args:
        model: `Forecaster`.
        shape: (N, T, H, W, C) of the contexts.
        times: datetime64 (N, T) of their frames, or None.
        horizon: int.

    Returns:
        dict from name to float32 (N, horizon - 1, H, W); None where the model has no such input.

    Raises:
        ValueError: for an input other than the time of day, which no archive holds of the future;
            for the time of day without times.
    """
    names = model.reader.channels.known
    if not names:
        return None
    waves = {f"{TIME_OF_DAY}_{wave}": place for place, wave in enumerate(WAVES)}
    others = [name for name in names if name not in waves]
    if others or times is None or times.shape[1] < 2:
        what = f"the inputs {', '.join(others)}" if others else "frames whose times are not known"
        raise error(
            "st-keras forecast",
            f"a model that is told {', '.join(names)} of the future, and {what}",
            "inputs that are held or absent in the future, or the time of day of frames with times",
            "Call model.forecast(context, horizon, known={...}) in Python.",
        )
    step = times[:, -1:] - times[:, -2:-1]
    told = day_waves(times[:, -1:] + step * np.arange(1, horizon))
    size = (shape[0], horizon - 1, *shape[2:4])
    return {
        name: np.broadcast_to(told[..., None, None, waves[name]], size).astype("float32")
        for name in names
    }
