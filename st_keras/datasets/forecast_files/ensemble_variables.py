"""Members and probabilities beside the forecasts of a dataset."""

import numpy as np

from st_keras.datasets.forecast_files.forecast import LEAD, MEMBER
from st_keras.validation import error

THRESHOLD = "threshold"
MEMBERS, EXCEEDANCE = "_members", "exceedance_probability"


def add_ensemble(where, dataset, members=None, exceedance=None):
    """Add variables for members and for probabilities of exceedance.

    Args:
        where: str. Who asks; the errors begin with it.
        dataset: what `forecast_dataset` returned, without members.
        members: float array with the axes of the frames and the members before the lead times, such
            as (N, M, horizon, H, W, C). Default None: none.
        exceedance: dict, threshold -> array of probabilities, with the axes and shape of the
            frames, of one channel. Default None: none.

    Returns:
        The dataset, with NAME_members of each variable, and exceedance_probability.

    Raises:
        ValueError: for other shapes, infinite values, probabilities of several channels, outside
            [0, 1] or of no threshold, and for names that the frames have already.

    Example:

    >>> from st_keras.datasets.forecast_files.forecast_dataset import forecast_dataset
    >>> rain = np.zeros((4, 6, 5, 1))
    >>> dataset = forecast_dataset("doc", rain, name="rain")
    >>> both = add_ensemble("doc", dataset, np.zeros((3, 4, 6, 5, 1)), {1.0: rain})
    >>> dict(both["rain_members"].sizes), both["exceedance_probability"].dims
    ({'realization': 3, 'lead_time': 4, 'y': 6, 'x': 5}, ('threshold', 'lead_time', 'y', 'x'))
    """
    names = list(dataset.data_vars)
    if members is not None:
        _add_members(where, dataset, names, members)
    if exceedance is not None:
        _add_exceedance(where, dataset, names[0], exceedance)
    return dataset


def _add_members(where, dataset, names, members):
    import xarray

    first = dataset[names[0]]
    _refuse_taken(where, dataset, [MEMBER, *(name + MEMBERS for name in names)])
    place, size = first.dims.index(LEAD), (*first.shape, len(names))
    members = np.asarray(members, "float32")
    count = members.shape[place] if members.ndim > len(size) else 0
    if not count or members.shape != (*size[:place], count, *size[place:]):
        wanted = ", ".join(map(str, (*size[:place], "M", *size[place:])))
        raise error(
            where,
            f"members of shape {members.shape}",
            f"shape ({wanted})",
            "Pass them of the same forecasts as the frames.",
        )
    if np.isinf(members).any():
        raise error(
            where,
            "members with infinite values",
            "finite numbers, and NaN where nothing is known",
            "Find where a member left its range.",
        )
    numbers = {"standard_name": "realization", "long_name": "member", "units": "1"}
    dataset[MEMBER] = xarray.Variable(MEMBER, np.arange(count), numbers)
    dims = (*first.dims[:place], MEMBER, *first.dims[place:])
    for number, name in enumerate(names):
        dataset[name + MEMBERS] = xarray.Variable(
            dims, members[..., number], dict(dataset[name].attrs), dict(first.encoding)
        )


def _add_exceedance(where, dataset, name, exceedance):
    import xarray

    first = dataset[name]
    _refuse_taken(where, dataset, [THRESHOLD, EXCEEDANCE])
    place, size = first.dims.index(LEAD), (*first.shape, 1)
    stated = [np.asarray(each, "float32") for each in exceedance.values()]
    for shape in [each.shape for each in stated] or [None]:
        if shape != size:
            raise error(
                where,
                f"exceedance of shape {shape}" if stated else "exceedance of no threshold",
                f"a dict, threshold -> array of shape {size}",
                "Pass what RainDistribution.exceedance returns of the same forecasts.",
            )
    probabilities = np.stack(stated, axis=place)
    if np.nanmin(probabilities, initial=0) < 0 or np.nanmax(probabilities, initial=0) > 1:
        raise error(
            where,
            "probabilities of exceedance outside [0, 1]",
            "probabilities from 0 to 1",
            "Pass shares, not percent.",
        )
    told = {"units": first.attrs["units"]} if "units" in first.attrs else {}
    told["long_name"] = f"threshold of {name}"
    levels = np.asarray(list(exceedance), "float64")
    dataset[THRESHOLD] = xarray.Variable(THRESHOLD, levels, told, {"_FillValue": None})
    attributes = {"long_name": f"probability that {name} reaches the threshold", "units": "1"}
    dims = (*first.dims[:place], THRESHOLD, *first.dims[place:])
    dataset[EXCEEDANCE] = xarray.Variable(
        dims, probabilities[..., 0], attributes, dict(first.encoding)
    )


def _refuse_taken(where, dataset, names):
    """Refuse frames whose names, or whose axes, are those of what is added."""
    for name in names:
        if name in dataset.variables:
            raise error(
                where,
                f"frames that have {name!r} already",
                "frames without members, of other names",
                "Write them without what stands beside, or rename them.",
            )
