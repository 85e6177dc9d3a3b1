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
        ValueError: for other shapes, probabilities of several channels, or outside [0, 1].

    Example:

    >>> from st_keras.datasets.forecast_files.forecast_dataset import forecast_dataset
    >>> rain = np.zeros((4, 6, 5, 1))
    >>> dataset = forecast_dataset("doc", rain, name="rain")
    >>> both = add_ensemble("doc", dataset, np.zeros((3, 4, 6, 5, 1)), {1.0: rain})
    >>> dict(both["rain_members"].sizes), both["exceedance_probability"].dims
    ({'realization': 3, 'lead_time': 4, 'y': 6, 'x': 5}, ('threshold', 'lead_time', 'y', 'x'))
    """
    import xarray

    names = list(dataset.data_vars)
    first = dataset[names[0]]
    place = first.dims.index(LEAD)
    encoding = dict(first.encoding)
    if members is not None:
        members = _checked(where, "members", members, first, len(names), place)
        numbers = {"standard_name": "realization", "long_name": "member", "units": "1"}
        dataset[MEMBER] = xarray.Variable(MEMBER, np.arange(members.shape[place]), numbers)
        dims = (*first.dims[:place], MEMBER, *first.dims[place:])
        for number, name in enumerate(names):
            dataset[name + MEMBERS] = xarray.Variable(
                dims, members[..., number], dict(dataset[name].attrs), encoding
            )
    if exceedance is not None:
        probabilities = np.stack(
            [np.asarray(each, "float32") for each in exceedance.values()], axis=place
        )
        probabilities = _checked(where, "exceedance", probabilities, first, 1, place)
        if np.nanmin(probabilities, initial=0) < 0 or np.nanmax(probabilities, initial=0) > 1:
            raise error(
                where,
                "probabilities of exceedance outside [0, 1]",
                "probabilities from 0 to 1",
                "Pass shares, not percent.",
            )
        told = {"units": first.attrs["units"]} if "units" in first.attrs else {}
        told["long_name"] = f"threshold of {names[0]}"
        levels = np.asarray(list(exceedance), "float64")
        dataset[THRESHOLD] = xarray.Variable(THRESHOLD, levels, told, {"_FillValue": None})
        long_name = f"probability that {names[0]} reaches the threshold"
        dims = (*first.dims[:place], THRESHOLD, *first.dims[place:])
        dataset[EXCEEDANCE] = xarray.Variable(
            dims, probabilities[..., 0], {"long_name": long_name, "units": "1"}, encoding
        )
    return dataset


def _checked(where, name, values, first, channels, place):
    values = np.asarray(values, "float32")
    size = list(values.shape)
    del size[place : place + 1]
    if tuple(size) != (*first.shape, channels):
        wanted = list(map(str, (*first.shape, channels)))
        wanted.insert(place, "M" if name == "members" else "K")
        raise error(
            where,
            f"{name} of shape {values.shape}",
            f"shape ({', '.join(wanted)})",
            "Pass them of the same forecasts as the frames.",
        )
    return values
