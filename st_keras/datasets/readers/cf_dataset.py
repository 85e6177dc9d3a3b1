"""A dataset of xarray with several variables: which one holds the frames."""

import warnings

from st_keras.datasets.readers.refusals import choose_variable
from st_keras.datasets.readers.xarray_frames import spatial_variables
from st_keras.validation import error


def open_codes(source, **options):
    """Return the dataset of xarray in a file, nothing of which is read or decoded.

    What one variable says of its times must not keep others from being read, and codes are
    multiplied by `CfCoding`.

    Args:
        source: what `xarray.open_dataset` takes.
        options: for it.

    Returns:
        `xarray.Dataset`. Grid mappings, bounds and the like are coordinates.
    """
    import xarray

    with warnings.catch_warnings():
        # A grid mapping that is named and not there changes no value.
        warnings.filterwarnings("ignore", message="Variable.s. referenced in")
        return xarray.open_dataset(
            source,
            mask_and_scale=False,
            decode_times=False,
            decode_timedelta=False,
            decode_coords="all",
            chunks=None,
            cache=False,
            **options,
        )


def split_group(where, path, variable):
    """Return the group and the name of a variable, "2026/rain"; None where there is none.

    Args:
        where: str. Who asks; the error begins with it.
        path: str, the file.
        variable: str, or None.

    Returns:
        `(str or None, str or None)`.

    Raises:
        ValueError: for a name that leads out of the file.

    Example:

    >>> split_group("doc", "radar.nc", "/2026/june/rain"), split_group("doc", "radar.nc", None)
    (('2026/june', 'rain'), (None, None))
    """
    if variable is None:
        return None, None
    *group, name = variable.strip("/").split("/")
    if not name or {"", ".", ".."} & {*group, name}:
        raise error(
            where,
            f"the array name {variable!r} for {path!r}",
            "the name of a variable, or GROUP/NAME",
            "Leave out empty parts and dots.",
        )
    return "/".join(group) or None, name


def chosen_name(path, dataset, variable, elsewhere=tuple):
    """Return the name of the variable that holds the frames.

    Args:
        path: str, the file.
        dataset: `xarray.Dataset`.
        variable: str, the name that was asked for; or None, where it is the only one with rows
            and columns.
        elsewhere: function that returns names of variables in groups of the file, called where
            there is none in the dataset.

    Returns:
        str.

    Raises:
        ValueError: if there is no such variable, or the choice is open.

    Example:

    >>> import numpy as np
    >>> import xarray
    >>> grid = ("time", "y", "x"), np.zeros((2, 3, 4))
    >>> chosen_name("a.nc", xarray.Dataset({"rain": grid, "step": 5}), None)
    'rain'
    """
    if variable is not None and variable in dataset.variables:
        return variable
    found = spatial_variables(dataset)
    found = found or list(elsewhere())
    # No dimension says what it is: the rank may tell.
    found = found or [str(name) for name, array in dataset.data_vars.items() if array.ndim > 1]
    return choose_variable(path, variable, sorted(found))
