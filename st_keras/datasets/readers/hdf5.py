"""HDF5 files: any dataset by its name, which reads what is asked of it."""

import numpy as np

from st_keras.datasets.archives.decoded_values import DecodedValues
from st_keras.datasets.archives.frames import Frames
from st_keras.datasets.readers.hdf5_attributes import attribute
from st_keras.datasets.readers.hdf5_file import open_hdf5
from st_keras.datasets.readers.hdf5_links import check_links
from st_keras.datasets.readers.hdf5_values import HDF5Values
from st_keras.datasets.readers.reader import VARIABLE, Reader
from st_keras.datasets.readers.refusals import choose_variable

WHERE = "reader 'hdf5'"
_FILLS = ("_FillValue", "missing_value")
_DECODED = (*_FILLS, "scale_factor", "add_offset")


def _open(path, variable=None):
    """Return the dataset, which stays open; or `Frames`, where its attributes say what it is.

    `Frames` are read by opening the file each time.
    """
    import h5py

    found = []

    def note(key, item):
        if isinstance(item, h5py.Dataset) and item.shape is not None:
            # Bytes where the file is damaged: no name in UTF-8.
            found.append(key if isinstance(key, str) else repr(key))

    file = open_hdf5(WHERE, path)
    # It does not follow links, of which those are named that lead to data.
    file.visititems(note)
    if variable is not None:
        variable = variable.strip("/")
        if variable not in found:
            check_links(WHERE, file, variable)
            found += [variable] if _is_dataset(file, variable) else []
    variable = choose_variable(path, variable, found)
    check_links(WHERE, file, variable)
    dataset = file[variable]
    units = attribute(dataset, "units")
    coded = {name: attribute(dataset, name) for name in _DECODED if name in dataset.attrs}
    coded = {name: value for name, value in coded.items() if isinstance(value, (int, float))}
    # Times are no frames, and their readers look at the attributes themselves.
    times = dataset.ndim < 2 or (isinstance(units, str) and " since " in units)
    if times or not (coded or isinstance(units, str)):
        return dataset
    values = HDF5Values(WHERE, path, dataset, variable)
    if coded:
        values = DecodedValues(
            values,
            coded.get("scale_factor", 1.0),
            coded.get("add_offset", 0.0),
            missing=[coded[name] for name in _FILLS if name in coded],
            dtype="float64" if dataset.dtype == np.float64 else "float32",
        )
    names = ("standard_name", "long_name")
    attributes = {name: attribute(dataset, name) for name in names if name in dataset.attrs}
    file.close()
    return Frames(
        values=values,
        units=units if isinstance(units, str) else None,
        name=variable.rpartition("/")[2],
        nan_is_missing=any(name in coded for name in _FILLS),
        attributes={name: value for name, value in attributes.items() if isinstance(value, str)},
    )


def _is_dataset(file, key):
    import h5py

    return key in file and isinstance(file[key], h5py.Dataset) and file[key].shape is not None


READER = Reader(name="hdf5", suffixes=(".h5", ".hdf5"), open=_open, options=(VARIABLE,))
