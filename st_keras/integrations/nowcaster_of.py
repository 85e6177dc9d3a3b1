"""The `Nowcaster` that an integration forecasts with."""

import functools
import os

from st_keras.models import Nowcaster
from st_keras.models.shipped_models import located_model
from st_keras.validation import error

DEFAULT = "nowcast_60min"


def nowcaster_of(where, model=None):
    """Return the model that an argument stands for.

    Args:
        where: str. Who asks; the error begins with it.
        model: `Nowcaster`; or the folder or name of a preset, as of `Nowcaster.from_preset`, which
            is read once in a process. Default None: "nowcast_60min".

    Returns:
        `Nowcaster`.

    Raises:
        ValueError: for something else, or a preset that is not there.

    Example:

    >>> model = Nowcaster(residual=None)
    >>> nowcaster_of("doc", model) is model
    True
    """
    model = DEFAULT if model is None else model
    if isinstance(model, Nowcaster):
        return model
    if not isinstance(model, (str, os.PathLike)):
        raise error(
            where,
            f"model of type {type(model).__name__}",
            "a Nowcaster, or the folder or name of a preset",
            "Pass for example model=Nowcaster(residual=None), which needs no training.",
        )
    place = located_model(model)
    return _of_preset(place.resolve() if place.exists() else str(model))


@functools.lru_cache(maxsize=4)
def _of_preset(preset):
    # Scripts forecast in a loop: reading weights and tracing graphs each time takes seconds.
    return Nowcaster.from_preset(preset)
