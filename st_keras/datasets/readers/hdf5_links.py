"""What an HDF5 file brings from other files: only from its own folder."""

import pathlib

from st_keras.validation import error

_MOST_FILES = 16  # one that leads to another that leads to another


def check_links(where, file, key, depth=0):
    """Refuse a dataset whose values lie in another folder than its file, or in a file that is gone.

    External links, external storage and virtual datasets may name any file of the machine.

    Args:
        where: str. Who reads; the error begins with it.
        file: `h5py.File`.
        key: str, name of the dataset. One that is not there passes.
        depth: int, how many files led to this one.

    Raises:
        ValueError: if it does, or if files lead to each other without end.
    """
    import h5py

    if depth > _MOST_FILES:
        raise error(
            where,
            f"{file.filename!r}, whose {key!r} leads through more than {_MOST_FILES} files",
            "data in one file, or links that end",
            "Copy the data into one file.",
        )
    group = file
    parts = [part for part in key.split("/") if part]
    for at, part in enumerate(parts):
        link = group.get(part, getlink=True)
        if isinstance(link, h5py.ExternalLink):
            target = _inside(where, file, key, link.filename, "a link to")
            rest = "/".join([link.path, *parts[at + 1 :]])
            with h5py.File(target, "r") as other:
                return check_links(where, other, rest, depth + 1)
        if isinstance(link, h5py.SoftLink):
            begin = "" if link.path.startswith("/") else group.name
            rest = "/".join([begin, link.path, *parts[at + 1 :]])
            return check_links(where, file, rest, depth + 1)
        item = None if link is None else group.get(part)
        if isinstance(item, h5py.Dataset):
            return _check_dataset(where, file, item, depth)
        if not isinstance(item, h5py.Group):
            return None
        group = item
    return None


def _check_dataset(where, file, dataset, depth):
    import h5py

    for name, *_ in dataset.external or ():
        # There HDF5 looks for it, and not beside the file.
        working = pathlib.Path.cwd()
        _inside(where, file, dataset.name, name, "values stored in", working)
    if not dataset.is_virtual:
        return
    for source in {(each.file_name, each.dset_name) for each in dataset.virtual_sources()}:
        name, key = source
        if name == ".":
            continue
        target = _inside(where, file, dataset.name, name, "values of")
        with h5py.File(target, "r") as other:
            check_links(where, other, key, depth + 1)


def _inside(where, file, key, name, how, begin=None):
    """Return the path of another file; raise if it lies outside of the folder, or is not there.

    Relative names begin at the folder of the file, or at `begin`.
    """
    # One at a URL is opened as a file object, and has no folder here.
    own = pathlib.Path(file.filename) if isinstance(file.filename, str) else pathlib.Path("/-")
    target = (begin or own.absolute().parent) / name
    folders = (own.absolute().parent.resolve(), own.resolve().parent)
    if not any(target.resolve().is_relative_to(folder) for folder in folders):
        raise error(
            where,
            f"{file.filename!r}, whose {key!r} has {how} {name!r}, outside of its folder",
            "data in the file itself, or in files beside it",
            "If you trust who made it, copy the data into one file: h5copy, or h5repack.",
        )
    # HDF5 fills in what is gone, as if it were data.
    if not target.is_file():
        raise error(
            where,
            f"{file.filename!r}, whose {key!r} has {how} {name!r}, which is no file",
            "all files that it is made of",
            "Copy that file beside it.",
        )
    return target
