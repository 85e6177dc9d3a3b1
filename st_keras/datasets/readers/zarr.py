"""Zarr folders of format 2 and 3, zip archives of them, and at URLs, by xarray."""

import types

import numpy as np

from st_keras.datasets.archives.frames import Frames
from st_keras.datasets.readers.absent_chunks import find_absent
from st_keras.datasets.readers.blosc_chunks import checked
from st_keras.datasets.readers.cf_coding import coding_of
from st_keras.datasets.readers.cf_dataset import chosen_name, open_codes, split_group
from st_keras.datasets.readers.cf_values import CfValues
from st_keras.datasets.readers.reader import VARIABLE, Reader
from st_keras.datasets.readers.refusals import choose_variable, refuse_unreadable
from st_keras.datasets.readers.xarray_frames import frames_of
from st_keras.datasets.readers.zarr_store import (
    check_codecs,
    check_store,
    open_store,
    stored_keys,
)
from st_keras.validation import InputError, check_one_of, require

_WHERE = "zarr"
ABSENT = ("fill", "missing")


def _open(path, variable=None, absent_chunks="fill", missing_value=None):
    require(_WHERE, "xarray", "xarray", "geo")
    zarr = require(_WHERE, "zarr", "zarr", "geo")
    check_one_of(_WHERE, "absent_chunks", absent_chunks, ABSENT)
    group, name = split_group(_WHERE, path, variable)
    with refuse_unreadable(_WHERE, path):
        store, folder, node = _opened(zarr, path, group, variable)
        if isinstance(node, zarr.Array):
            choose_variable(path, name, [node.basename or "the array"])
            return _plain(path, node.basename or None, node, absent_chunks, missing_value)
        try:
            dataset = open_codes(
                store,
                engine="zarr",
                group=folder,
                consolidated=node.metadata.consolidated_metadata is not None,
                zarr_format=node.metadata.zarr_format,
            )
        except (KeyError, TypeError):
            # How xarray fails at arrays that zarr wrote, whose dimensions have no names.
            if all(_names_dimensions(array) for _, array in node.arrays()):
                raise
            dataset = None
        if dataset is None:
            arrays = {key: each for key, each in node.arrays() if each.ndim > 1}
            name = choose_variable(path, name, sorted(arrays))
            return _plain(path, name, arrays[name], absent_chunks, missing_value)
        chosen = chosen_name(path, dataset, name, lambda: () if group else _in_groups(node))
        if chosen not in dataset.variables:
            return _open(path, chosen, absent_chunks, missing_value)
        array, coded = node[chosen], dataset[chosen]
        coded.attrs, told = _with_fill(coded.attrs, array, missing_value)
        coding = coding_of(_WHERE, coded, missing_value)
        chunks, notes = _absent(path, array, coding, absent_chunks)
        return frames_of(_WHERE, coded, dataset.attrs, missing_value, chunks, (*told, *notes))


def _opened(zarr, path, group, variable):
    """Return the store, the folder in it, and the group or array that lies there."""
    store, root = open_store(_WHERE, path)
    folder = "/".join(each for each in (root, group) if each) or None
    try:
        node = zarr.open(store, path=folder, mode="r")
    except FileNotFoundError:
        if group is None:
            raise
        whole = zarr.open_group(store, path=root or None, mode="r")
        choose_variable(path, variable, _in_groups(whole))
        raise
    arrays = [node] if isinstance(node, zarr.Array) else [array for _, array in node.arrays()]
    for array in arrays:
        check_codecs(_WHERE, path, array)
    whole = checked(store, arrays)
    return whole, folder, node if whole is store else zarr.open(whole, path=folder, mode="r")


def _names_dimensions(array):
    if array.metadata.zarr_format == 2:
        return "_ARRAY_DIMENSIONS" in array.attrs
    return array.metadata.dimension_names is not None


def _plain(path, name, array, absent, missing_value):
    """Return what an array holds that nothing names the axes of."""
    attributes, told = array.attrs.asdict(), ()
    if array.metadata.zarr_format == 2 and array.fill_value is not None:
        attributes = {"_FillValue": array.fill_value, **attributes}
        attributes, told = _with_fill(attributes, array, missing_value)
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
        notes=(*told, *notes),
    )


def _with_fill(attributes, array, missing_value):
    """Return attributes with `_FillValue` if the archive declares one, and notes.

    In format 2 the fill value is where xarray writes it. Zero there is a value, unless the
    attributes name it too: it is what zarr writes of itself, and to take it for no data, as xarray
    does, would lose all that is dry.
    """
    fill = array.fill_value
    if array.metadata.zarr_format != 2:
        return attributes, ()
    if "_FillValue" in array.attrs:
        return {**attributes, "_FillValue": array.attrs["_FillValue"]}, ()
    if fill is None or fill != 0:
        return attributes, ()
    note = "the fill value 0 of zarr format 2 is read as a value; missing_value=0 makes it missing"
    attributes = {name: value for name, value in attributes.items() if name != "_FillValue"}
    return attributes, (note,) if missing_value is None else ()


def _absent(path, array, coding, absent):
    """Return where chunks are not stored, if these mean no data, and what is to be said of them."""
    fill = array.fill_value
    fill = np.zeros((), array.dtype) if fill is None else np.asarray(fill, array.dtype)
    if coding.dtype.kind == "f" and np.isnan(coding.decode(fill[None])[0]):
        return None, ()  # the fill value is decoded as no data anyway
    try:
        keys = stored_keys(_WHERE, path, array.path)
    except InputError:
        if absent == "missing":
            raise
        return None, ("chunks that are not stored are read as values; they cannot be counted here",)
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
    return sorted(name for name, each in members if "/" in name and getattr(each, "ndim", 0) > 1)


READER = Reader(
    name="zarr",
    suffixes=(".zarr", ".zarr.zip"),
    open=_open,
    check=check_store,
    options=(VARIABLE, "absent_chunks", "missing_value"),
)
