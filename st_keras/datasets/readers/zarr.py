"""Zarr folders of format 2 and 3, zip archives of them, and at URLs, by xarray."""

import types
import warnings

import numpy as np

from st_keras.datasets.frames import Frames
from st_keras.datasets.readers.absent_chunks import find_absent
from st_keras.datasets.readers.cf_coding import coding_of
from st_keras.datasets.readers.cf_dataset import AS_IT_STANDS, chosen_name, split_group
from st_keras.datasets.readers.cf_values import CfValues
from st_keras.datasets.readers.reader import VARIABLE, Reader
from st_keras.datasets.readers.refusals import choose_variable, refuse_unreadable
from st_keras.datasets.readers.xarray_frames import frames_of
from st_keras.datasets.readers.zarr_store import (
    check_arrays,
    check_codecs,
    check_store,
    open_store,
    stored_keys,
)
from st_keras.validation import check_one_of, require

_WHERE = "zarr"
ABSENT = ("fill", "missing")


def _open(path, variable=None, absent_chunks="fill", missing_value=None):
    xarray = require(_WHERE, "xarray", "xarray", "geo")
    zarr = require(_WHERE, "zarr", "zarr", "geo")
    check_one_of(_WHERE, "absent_chunks", absent_chunks, ABSENT)
    inside, name = split_group(_WHERE, path, variable)
    with refuse_unreadable(_WHERE, path):
        store, root = open_store(_WHERE, path)
        folder = "/".join(each for each in (root, inside) if each)
        node = zarr.open(store, path=folder or None, mode="r")
        if isinstance(node, zarr.Array):
            check_codecs(_WHERE, path, "", node)
            name = choose_variable(path, name, [node.basename or "the array"])
            return _plain(path, name, node, absent_chunks, missing_value)
        check_arrays(_WHERE, path, node)
        try:
            with warnings.catch_warnings():
                # A grid mapping that is named and not there changes no value.
                warnings.filterwarnings("ignore", category=UserWarning, module="xarray")
                dataset = xarray.open_dataset(
                    store,
                    engine="zarr",
                    group=folder or None,
                    consolidated=node.metadata.consolidated_metadata is not None,
                    zarr_format=node.metadata.zarr_format,
                    use_zarr_fill_value_as_mask=False,
                    **AS_IT_STANDS,
                )
        except KeyError as reason:
            if "dimension" not in str(reason).lower():
                raise
            dataset = None  # arrays that zarr wrote, whose dimensions have no names
        if dataset is None:
            arrays = {key: each for key, each in node.arrays() if each.ndim > 1}
            name = choose_variable(path, name, sorted(arrays))
            return _plain(path, name, arrays[name], absent_chunks, missing_value)
        chosen = chosen_name(path, dataset, name, lambda: () if inside else _in_groups(node))
        if chosen not in dataset.variables:
            return _open(path, chosen, absent_chunks, missing_value)
        array = node[chosen]
        coded = dataset[chosen]
        coded.attrs = _with_fill(coded.attrs, array)
        coding = coding_of(_WHERE, coded, missing_value)
        chunks, notes = _absent(path, array, coding, absent_chunks)
        return frames_of(_WHERE, coded, dataset.attrs, missing_value, chunks, notes)


def _plain(path, name, array, absent, missing_value):
    """Return what an array holds that nothing names the axes of."""
    attributes = _with_fill(array.attrs.asdict(), array)
    about = types.SimpleNamespace(name=name, dtype=array.dtype, attrs=attributes, encoding={})
    coding = coding_of(_WHERE, about, missing_value)
    chunks, notes = _absent(path, array, coding, absent)
    coding = coding if chunks is None else coding.with_floats()
    units = attributes.get("units")
    return Frames(
        values=CfValues(array, coding, absent=chunks),
        units=str(units) if units else None,
        name=name,
        nan_is_missing=coding.dtype.kind == "f",
        notes=notes,
    )


def _with_fill(attributes, array):
    """Return attributes with the fill value of format 2, where xarray keeps `_FillValue`.

    Zero is a value unless the attributes name it too: it is what zarr writes of itself, and to
    take it for no data would lose all that is dry.
    """
    fill = array.fill_value
    if array.metadata.zarr_format == 2 and fill is not None and "_FillValue" not in attributes:
        if np.isnan(fill) or fill != 0:
            return {**attributes, "_FillValue": fill}
    return dict(attributes)


def _absent(path, array, coding, absent):
    """Return where chunks are not stored, if these mean no data, and what is to be said of them."""
    fill = array.fill_value
    fill = np.zeros((), array.dtype) if fill is None else np.asarray(fill, array.dtype)
    if coding.dtype.kind == "f" and np.isnan(coding.decode(fill[None])[0]):
        return None, ()  # the fill value is decoded as no data anyway
    try:
        keys = stored_keys(_WHERE, path, array.path)
    except Exception as reason:
        if absent == "missing":
            raise
        # A server of web pages lists nothing.
        return None, (f"which chunks are stored cannot be listed ({type(reason).__name__})",)
    chunks = find_absent(array, keys)
    if not chunks.count:
        return None, ()
    what = f"{chunks.count} of {chunks.grid.size} chunks are not stored"
    if absent == "missing":
        return chunks, (f"{what}: they are missing",)
    value = coding.decode(fill[None])[0]
    return None, (
        f"{what}: they are read as the fill value {value:g}; absent_chunks='missing' makes them "
        "missing",
    )


def _in_groups(node):
    """Return the names of arrays in groups that could hold frames."""
    members = node.members(max_depth=None)
    return [name for name, each in members if "/" in name and getattr(each, "ndim", 0) > 1]


READER = Reader(
    name="zarr",
    suffixes=(".zarr", ".zarr.zip"),
    open=_open,
    check=check_store,
    options=(VARIABLE, "absent_chunks", "missing_value"),
)
