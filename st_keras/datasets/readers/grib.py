"""GRIB files by cfgrib, packed with gzip and at URLs too; MRMS among them."""

import gzip
import pathlib
import tempfile
import warnings

from st_keras.datasets.readers.reader import VARIABLE, Reader
from st_keras.datasets.readers.refusals import choose_variable, refuse_unreadable
from st_keras.datasets.readers.urls import check_path, is_url, local_path, opened
from st_keras.datasets.readers.xarray_frames import frames_of, spatial_variables
from st_keras.files.unpacked_size import ALWAYS, MOST_TIMES, ExpansionError
from st_keras.validation import require

_WHERE = "grib"
_ABOUT = ("discipline", "parameterCategory", "parameterNumber")
# MRMS has a table of its own, which cfgrib does not know: discipline 209. Its codes for no data are
# numbers among the values: no echo found and out of range; those of rain are of category 6.
_MRMS = 209
_MRMS_CODES = (-99.0, -999.0)
_MRMS_RAIN, _MRMS_RAIN_CODES = 6, (-1.0, -3.0)
_PIECE = 1 << 20


def _open(path, variable=None, missing_value=None):
    path = local_path(path)
    with refuse_unreadable(_WHERE, path):
        # Without the library eccodes it raises what is no ImportError.
        cfgrib = require(_WHERE, "cfgrib", "cfgrib, with eccodes", "radar")
        if not is_url(path) and not _is_packed(path):
            array, attributes = _array(cfgrib, path, path, variable)
        else:
            # eccodes reads files of this machine only, and messages are small: into memory.
            with tempfile.TemporaryDirectory(prefix="st_keras-") as folder:
                copy = pathlib.Path(folder) / "scan.grib2"
                with opened(_WHERE, path) as file:
                    _copy(path, file, copy)
                array, attributes = _array(cfgrib, path, str(copy), variable)
                array = array.load()
        notes = ()
        if missing_value is None:
            missing_value, notes = _mrms_codes(array)
        return frames_of(_WHERE, array, attributes, missing_value, notes=notes)


def _array(cfgrib, path, copy, variable):
    """Return the variable, and the attributes of the file."""
    with warnings.catch_warnings():
        # How cfgrib joins messages: nothing the user can do about it.
        warnings.simplefilter("ignore", FutureWarning)
        datasets = cfgrib.open_datasets(
            copy, backend_kwargs={"indexpath": "", "errors": "raise", "read_keys": list(_ABOUT)}
        )
    found = {}
    for dataset in datasets:
        for name in spatial_variables(dataset):
            # The same variable at several heights, say, which have axes of their own.
            level = dataset[name].attrs.get("GRIB_typeOfLevel", "other")
            key = name if name not in found else f"{name}.{level}"
            found[key if key not in found else f"{key}.{len(found)}"] = dataset, name
    dataset, name = found[choose_variable(path, variable, list(found))]
    return dataset[name], dataset.attrs


def _is_packed(path):
    return str(path).lower().endswith(".gz")


def _copy(path, file, copy):
    """Copy a file, or what is packed in it, to a path."""
    source = open(file, "rb") if isinstance(file, str) else file
    with source, open(copy, "wb") as to:
        packed = source.seek(0, 2)
        source.seek(0)
        plain = gzip.GzipFile(fileobj=source) if _is_packed(path) else source
        done = 0
        while piece := plain.read(_PIECE):
            done += len(piece)
            if _is_packed(path) and done > ALWAYS + MOST_TIMES * packed:
                raise ExpansionError(
                    f"more than {done / 1e6:.1f} MB, packed into {packed / 1e6:.1f} MB, which is "
                    f"more than {ALWAYS >> 20} MiB and {MOST_TIMES} times that"
                )
            to.write(piece)


def _mrms_codes(array):
    """Return the codes for no data of MRMS, and what is said of them; None for other GRIB files."""
    if array.attrs.get("GRIB_discipline") != _MRMS:
        return None, ()
    rain = array.attrs.get("GRIB_parameterCategory") == _MRMS_RAIN
    codes = (*_MRMS_CODES, *(_MRMS_RAIN_CODES if rain else ()))
    shown = ", ".join(f"{code:g}" for code in codes)
    return codes, (f"MRMS: the codes {shown} are missing; missing_value= names others",)


READER = Reader(
    name="grib",
    suffixes=tuple(
        kind + packed for kind in (".grib", ".grib2", ".grb", ".grb2") for packed in ("", ".gz")
    ),
    open=_open,
    check=check_path,
    options=(VARIABLE, "missing_value"),
)
