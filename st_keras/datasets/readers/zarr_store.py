"""Zarr folders, zip archives and URLs, opened so that nothing in them is executed."""

import os
import pathlib
import zipfile

from st_keras.datasets.readers.refusals import check_filled_file
from st_keras.datasets.readers.urls import (
    exists,
    file_system,
    is_url,
    is_web,
    local_path,
    refuse_unreachable,
)
from st_keras.files.zip_members import check_zip
from st_keras.validation import error, require

# What says that a folder is a group or an array, in format 3 and in format 2.
_MARKS = ("zarr.json", ".zmetadata", ".zgroup", ".zarray")


def check_store(where, path):
    """Refuse what is no zarr folder, zip archive of one, or URL of one.

    Args:
        where: str. Who asks; the error begins with it.
        path: str or path, or a URL.

    Raises:
        ValueError: for a path where nothing is, an empty folder or file, or a folder that is none.
    """
    path = local_path(path)
    if path.lower().endswith(".zip"):
        if is_url(path):
            raise error(
                where,
                f"{path!r}, a zip archive at a URL",
                "a zarr folder at a URL, or a zip archive on this machine",
                "Download it, or unpack it there.",
            )
        check_filled_file(where, path)
        return
    if any(exists(where, f"{path.rstrip('/')}/{mark}") for mark in _MARKS):
        return
    there = exists(where, path)
    raise error(
        where,
        f"{path!r}, {'which holds no zarr metadata' if there else 'where nothing is'}",
        f"a zarr folder, with one of {', '.join(_MARKS)}",
        "Check the spelling, and whether all of it was copied.",
    )


def open_store(where, path):
    """Open a store for reading, after a look at the names in it.

    Args:
        where: str. Who asks; the error begins with it.
        path: str, or a URL.

    Returns:
        `(zarr.abc.store.Store, str)`: the store, and the folder in it that is meant: that of a zip
        archive into which a whole folder was packed; else "".

    Raises:
        ValueError: without zarr, or for a zip archive with members outside of its folder.
        Exception: what zarr raises.
    """
    storage = require(where, "zarr.storage", "zarr", "geo")
    path = local_path(path)
    if is_url(path):
        file_system(where, path)
        with refuse_unreachable(where, path):
            return storage.FsspecStore.from_url(path, read_only=True), ""
    if not path.lower().endswith(".zip"):
        return storage.LocalStore(path, read_only=True), ""
    # What zarr compresses zip stores as it is: nothing in it expands far.
    names = check_zip(path)
    outside = [name for name in names if _leads_out(name)]
    if outside:
        raise error(
            where,
            f"{path!r} with the member {outside[0]!r}, outside of its folder",
            "members that lie inside",
            "Nothing was read. Ask who made it.",
        )
    tops = {name.split("/")[0] for name in names}
    packed = len(tops) == 1 and not tops & set(_MARKS)
    return storage.ZipStore(path, mode="r"), tops.pop() if packed else ""


def stored_keys(where, path, folder):
    """Return the names of all that is stored in a folder of a store.

    Args:
        where: str. Who asks; the error begins with it.
        path: str, or a URL: the store.
        folder: str, such as that of an array. "": all of it.

    Returns:
        set of str, relative to the folder.

    Raises:
        ValueError: for a URL that cannot be reached, or of a server of web pages, which lists
            nothing.
        Exception: what the file system raises.
    """
    path, folder = local_path(path).rstrip("/"), folder.strip("/")
    if is_web(path):
        raise error(
            where,
            f"{path!r}, whose server cannot list what it has",
            "a store that can, to tell which chunks are there",
            "Leave absent_chunks='fill', or read it from its bucket (s3://, gs://) or a copy.",
        )
    if is_url(path):
        system, name = file_system(where, f"{path}/{folder}".rstrip("/"))
        with refuse_unreachable(where, path):
            return {each[len(name) :].lstrip("/") for each in system.find(name)}
    if path.lower().endswith(".zip"):
        with zipfile.ZipFile(path) as opened:
            names, start = opened.namelist(), f"{folder}/".lstrip("/")
        return {each[len(start) :] for each in names if each.startswith(start)}
    found, root = set(), pathlib.Path(path, folder)
    for at, _, names in os.walk(root):
        before = "" if pathlib.Path(at) == root else f"{pathlib.Path(at).relative_to(root)}/"
        found.update(before.replace(os.sep, "/") + name for name in names)
    return found


def check_codecs(where, path, array):
    """Refuse an array that is pickled: to read it is to run what stands in it.

    Args:
        where: str. Who asks; the error begins with it.
        path: str, for the message.
        array: `zarr.Array`.

    Raises:
        ValueError: if one of its filters is pickle.
    """
    metadata = array.metadata
    if metadata.zarr_format == 2:
        codecs = [*(metadata.filters or ()), metadata.compressor]
        names = [getattr(each, "codec_id", "") for each in codecs]
    else:
        names = [str(each["name"]) for each in metadata.to_dict()["codecs"]]
    if any("pickle" in each for each in names):
        raise error(
            where,
            f"{path!r} whose array {array.path!r} is pickled",
            "plain numbers: to unpickle is to run what stands in a file",
            "Nothing was read. Write it again from where it can be trusted, without that filter.",
        )


def _leads_out(name):
    parts = str(name).replace("\\", "/").split("/")
    return ".." in parts or str(name).startswith(("/", "\\"))
