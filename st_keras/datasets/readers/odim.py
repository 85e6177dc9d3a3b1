"""Radar composites by the ODIM_H5 model of OPERA, that most European weather services write."""

import re

import numpy as np

from st_keras.datasets.archives.decoded_values import DecodedValues
from st_keras.datasets.archives.frames import Frames
from st_keras.datasets.archives.one_scan import OneScan
from st_keras.datasets.readers.hdf5_attributes import attribute
from st_keras.datasets.readers.hdf5_file import detect_hdf5, opened_hdf5
from st_keras.datasets.readers.hdf5_values import HDF5Values
from st_keras.datasets.readers.odim_grid import odim_grid
from st_keras.datasets.readers.odim_quantities import QUANTITIES, no_echo
from st_keras.datasets.readers.reader import VARIABLE, Reader
from st_keras.validation import error

WHERE = "reader 'odim'"
_CARTESIAN = ("COMP", "IMAGE")


def _open(path, variable=None, undetect=None):
    with opened_hdf5(WHERE, path) as file:
        _check_object(path, file)
        place, quantity = _choose(path, file, variable)
        known = QUANTITIES.get(quantity)
        if known is None:
            raise error(
                WHERE,
                f"{str(path)!r} with the quantity {quantity!r}",
                f"one whose unit is known: {', '.join(QUANTITIES)}",
                f"Read its codes with reader='hdf5' and variable='{place}/data', and scale them.",
            )
        data, dataset = file[place], file[place].parent
        levels = (data.get("what"), dataset.get("what"))
        codes = HDF5Values(WHERE, path, data["data"])
        gain, offset = _first(levels, "gain", 1.0), _first(levels, "offset", 0.0)
        nodata, none_seen = _first(levels, "nodata"), _first(levels, "undetect")
        grid, notes = odim_grid(WHERE, path, (dataset.get("where"), file.get("where")), codes.shape)
        attributes, times = _about(file, dataset, quantity, known)
    replaced = {}
    if none_seen is not None:
        value = no_echo(quantity, codes.dtype, gain, offset) if undetect is None else undetect
        replaced = {none_seen: float(value)}
        if np.isfinite(replaced[none_seen]):
            attributes["undetect"] = replaced[none_seen]
    values = DecodedValues(
        OneScan(codes),
        gain,
        offset,
        missing=() if nodata is None else (nodata,),
        replaced=replaced,
    )
    return Frames(
        values=values,
        axes="THW",
        times=times,
        units=known.units,
        name=quantity,
        grid=grid,
        nan_is_missing=True,
        sources=(str(path),),
        notes=notes,
        attributes=attributes,
    )


def _check_object(path, file):
    what = attribute(file.get("what"), "object")
    if what not in _CARTESIAN:
        raise error(
            WHERE,
            f"{str(path)!r} with an object {what}",
            f"a composite on a grid, {' or '.join(_CARTESIAN)}",
            "Bring polar scans and volumes to a grid first, with xradar or wradlib, and pass the "
            "xarray.DataArray to SequenceDataset.from_xarray: `st_keras.datasets.from_pysteps` "
            "shows how.",
        )


def _choose(path, file, variable):
    """Return where the data are, "dataset1/data1", and their quantity."""
    found = {}
    for outer in sorted(file, key=_number):
        if not re.fullmatch(r"dataset\d+", outer):
            continue
        for inner in sorted(file[outer], key=_number):
            if re.fullmatch(r"data\d+", inner) and "data" in file[outer][inner]:
                levels = (file[outer][inner].get("what"), file[outer].get("what"))
                found[f"{outer}/{inner}"] = str(_first(levels, "quantity", "unknown"))
    chosen = [place for place, quantity in found.items() if variable in (None, quantity, place)]
    if len(chosen) != 1:
        shown = ", ".join(f"{quantity} ({place})" for place, quantity in list(found.items())[:20])
        raise error(
            WHERE,
            f"{str(path)!r} with {len(chosen)} images"
            + (f" of {variable!r}" if variable is not None else ""),
            f"a file with exactly one image, or a quantity or place of {shown or 'none'}",
            "Pass one as variable, such as 'RATE' or 'dataset1/data1'.",
        )
    return chosen[0], found[chosen[0]]


def _number(name):
    return len(name), name  # dataset2 before dataset10


def _first(levels, name, default=None):
    """Return an attribute of the first group that has it: what is nearer to the data counts."""
    found = (attribute(level, name) for level in levels)
    return next((value for value in found if value is not None), default)


def _about(file, dataset, quantity, known):
    """Return attributes by CF names, and the nominal time, which is the one of equal steps."""
    what, inner = file.get("what"), dataset.get("what")
    nominal = _time(what, "date", "time")
    start, end = _time(inner, "startdate", "starttime"), _time(inner, "enddate", "endtime")
    attributes = {
        "source": attribute(what, "source"),
        "conventions": attribute(file, "Conventions"),
        "product": _first((inner, what), "product"),
        "standard_name": known.standard_name,
        "time_start": None if start is None else str(start),
        "time_end": None if end is None else str(end),
    }
    if quantity == "ACRR" and start is not None and end is not None and end > start:
        seconds = int((end - start) / np.timedelta64(1, "s"))
        attributes |= {
            "interval_seconds": seconds,
            "cell_methods": f"time: sum (interval: {seconds} s)",
        }
    attributes = {name: value for name, value in attributes.items() if value is not None}
    nominal = end if nominal is None else nominal
    return attributes, None if nominal is None else np.array([nominal], "datetime64[s]")


def _time(group, date, time):
    found = re.fullmatch(
        r"(\d{4})(\d\d)(\d\d) (\d\d)(\d\d)(\d\d)",
        f"{attribute(group, date)} {attribute(group, time)}",
    )
    if not found:
        return None
    year, month, day, hour, minute, second = found.groups()
    try:
        return np.datetime64(f"{year}-{month}-{day}T{hour}:{minute}:{second}", "s")
    except ValueError:
        return None


def _detect(path):
    def passes(file):
        return str(attribute(file, "Conventions")).startswith("ODIM_H5") and "what" in file

    return detect_hdf5(path, passes)


READER = Reader(
    name="odim",
    suffixes=(".h5", ".hdf5", ".hdf"),
    open=_open,
    options=(VARIABLE, "undetect"),
    detect=_detect,
)
