"""NetCDF files by xarray, at URLs too: CF times, units, fill values, packing and grid mappings."""

from st_keras.datasets.readers.cf_dataset import chosen_name, open_codes, split_group
from st_keras.datasets.readers.reader import VARIABLE, Reader
from st_keras.datasets.readers.refusals import choose_variable, refuse_unreadable
from st_keras.datasets.readers.urls import check_path, open_file, opened
from st_keras.datasets.readers.xarray_frames import frames_of
from st_keras.validation import error, require

_WHERE = "netcdf"
# How files begin, and what reads them. The fifth form of the classic format, with 64 bits
# everywhere, is read by the C library alone.
_FORMS = {
    b"\x89HDF\r\n\x1a\n": "h5netcdf",
    b"CDF\x01": "scipy",
    b"CDF\x02": "scipy",
    b"CDF\x05": "netcdf4",
}
# NetCDF-4 may begin with a block of another program: HDF5 looks for its own at these places.
_LATER = (512, 1024, 2048)


def _open(path, variable=None, missing_value=None):
    require(_WHERE, "xarray", "xarray", "geo")
    group, name = split_group(_WHERE, path, variable)
    with refuse_unreadable(_WHERE, path):
        file = open_file(_WHERE, path)
        engine = _engine(path, file)
        options = {} if engine != "h5netcdf" else {"phony_dims": "access"}
        if group and engine != "h5netcdf":
            group, name = None, variable  # the classic format has no groups: refused below
        if group and variable.strip("/") not in _in_groups(path):
            choose_variable(path, variable, _in_groups(path))
        dataset = open_codes(file, engine=engine, group=group, **options)
        groups = engine == "h5netcdf" and group is None
        chosen = chosen_name(path, dataset, name, lambda: _in_groups(path) if groups else ())
        if chosen not in dataset.variables:
            return _open(path, chosen, missing_value)
        if engine == "h5netcdf":
            _check_inside(path, f"{group or ''}/{chosen}")
        return frames_of(_WHERE, dataset[chosen], dataset.attrs, missing_value)


def _engine(path, file):
    if isinstance(file, str):
        with open(file, "rb") as bytes_of_it:
            start, later = _starts(bytes_of_it)
    else:
        start, later = _starts(file)
        file.seek(0)
    engine = next((each for magic, each in _FORMS.items() if start.startswith(magic)), None)
    engine = "h5netcdf" if later else engine
    if engine is None:
        raise error(
            _WHERE,
            f"{path!r}, which begins with {start!r}",
            "a NetCDF file: classic, 64-bit offset, 64-bit data, or HDF5",
            "Pass --reader with the name of its format, or copy it again.",
        )
    if engine == "netcdf4":
        require(_WHERE, "netCDF4", "netCDF4, which reads the 64-bit data form", "radar")
    else:
        require(_WHERE, engine, engine, "geo")
    return engine


def _starts(file):
    start = file.read(8)
    magic = next(iter(_FORMS))
    for place in _LATER:
        file.seek(place)
        if file.read(8) == magic:
            return start, True
    return start, False


def _in_groups(path):
    """Return the names of variables in groups that could hold frames."""
    import h5py

    found = []

    def note(name, item):
        if "/" in name and isinstance(item, h5py.Dataset) and item.ndim > 1:
            found.append(name)

    with opened(_WHERE, path) as file, h5py.File(file, "r") as whole:
        whole.visititems(note)
    return sorted(found)


def _check_inside(path, name):
    """Refuse a variable of HDF5 whose bytes lie in another file: whose, nobody asked."""
    import h5py

    with opened(_WHERE, path) as file, h5py.File(file, "r") as whole:
        link = isinstance(whole.get(name, getlink=True), h5py.ExternalLink)
        if link or whole[name].external:
            raise error(
                _WHERE,
                f"{path!r} whose variable {name.strip('/')!r} lies in another file",
                "variables that lie in the file itself",
                "Nothing was read. Copy it into one file with h5repack, if you trust who made it.",
            )


READER = Reader(
    name="netcdf",
    suffixes=(".nc", ".nc4", ".cdf"),
    open=_open,
    check=check_path,
    options=(VARIABLE, "missing_value"),
)
