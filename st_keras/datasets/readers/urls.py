"""Archives at URLs (s3, gs, https, memory, file), and which files a pattern or folder stands for.

What a store needs to let one in comes from where its package looks for it: environment variables
such as AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the usual configuration
files, or fsspec's own, such as FSSPEC_S3_ANON=true for a public bucket. Nothing here takes it.
"""

import contextlib
import glob
import pathlib
import re

from st_keras.datasets.readers.refusals import check_filled_file
from st_keras.validation import InputError, error, require

_URL = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_PACKAGES = {
    "s3": "s3fs",
    "s3a": "s3fs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "http": "aiohttp",
    "https": "aiohttp",
    "abfs": "adlfs",
    "az": "adlfs",
}
# Read in one go of a file at a URL, some of which are kept: parts of it lie apart.
_BLOCK = 1 << 20


def is_url(path):
    """Tell whether a path is a URL.

    Example:

    >>> is_url("s3://radar/2026.zarr"), is_url("/data/2026.zarr"), is_url("C:/data/2026.zarr")
    (True, False, False)
    """
    return bool(_URL.match(str(path)))


def is_web(path):
    """Tell whether a path is a web address, whose server lists nothing.

    Example:

    >>> is_web("https://example.org/2026.zarr"), is_web("s3://radar/2026.zarr")
    (True, False)
    """
    return str(path).lower().startswith(("http://", "https://"))


def local_path(path):
    """Return the path that a URL of this machine stands for; any other path or URL as it is.

    Example:

    >>> local_path("file:///data/radar.nc"), local_path("s3://radar/a.nc"), local_path("a.nc")
    ('/data/radar.nc', 's3://radar/a.nc', 'a.nc')
    """
    text = str(path)
    return text[len("file://") :] if text.lower().startswith("file://") else text


def file_system(where, url):
    """Return fsspec's file system for a URL, and the path in it.

    Args:
        where: str. Who asks; the errors begin with it.
        url: str.

    Returns:
        `(fsspec.AbstractFileSystem, str)`.

    Raises:
        ValueError: without fsspec or the package of its protocol, or for a protocol that nobody
            has.

    Example:

    >>> file_system("doc", "memory://radar/2026.zarr")[1]
    '/radar/2026.zarr'
    """
    fsspec = require(where, "fsspec.core", "fsspec", "geo")
    protocol = _URL.match(str(url)).group(1).lower()
    try:
        return fsspec.url_to_fs(str(url))
    except ImportError as reason:
        package = _PACKAGES.get(protocol, "of the protocol")
        raise error(
            where,
            f"{str(url)!r} in an installation without {package} ({reason})",
            f"the package {package}, which reads {protocol}://",
            f"Install it with: pip install {_PACKAGES.get(protocol, protocol)}",
        ) from reason
    except ValueError as reason:
        raise error(
            where,
            f"{str(url)!r} ({reason})",
            "a URL of a protocol that fsspec has, such as s3://, gs://, https:// or file://",
            "Check its spelling.",
        ) from reason


@contextlib.contextmanager
def refuse_unreachable(where, url):
    """Turn whatever a store raises into the package's error; refusals pass as they are.

    Args:
        where: str. Who asks; the error begins with it.
        url: str.

    Raises:
        ValueError: three parts, in place of any other exception of the block.
    """
    try:
        yield
    except InputError:
        raise
    except FileNotFoundError as reason:
        raise _nothing_there(where, url) from reason
    except Exception as reason:
        raise _unreachable(where, url, reason) from reason


def check_path(where, path):
    """Refuse a file, here or at a URL, that is not there or empty; nothing is downloaded.

    Args:
        where: str. Who asks; the error begins with it.
        path: str or path, or a URL.

    Raises:
        ValueError: for these two; for a URL that cannot be reached.

    Example:

    >>> check_path("doc", "memory://no/such/file.nc")
    Traceback (most recent call last):
    st_keras.validation.InputError: doc: received 'memory://no/such/file.nc', where nothing is. \
Required: the URL of a file or folder that this machine may read. Check its spelling, and whether \
it is open to all.
    """
    path = local_path(path)
    if not is_url(path):
        check_filled_file(where, path)
        return
    system, name = file_system(where, path)
    with refuse_unreachable(where, path):
        about = system.info(name)
    if about["type"] == "directory":
        raise error(
            where,
            f"{str(path)!r}, which is a folder",
            "a file",
            "Pass a pattern of its files, such as URL/*.nc.",
        )
    if about["size"] == 0:
        raise error(
            where, f"{str(path)!r}, an empty file", "a file with an array", "Write it again."
        )


def exists(where, path):
    """Tell whether a file or folder is there, at a URL too.

    Raises:
        ValueError: for a URL that cannot be reached.
    """
    path = local_path(path)
    if not is_url(path):
        return pathlib.Path(path).exists()
    system, name = file_system(where, path)
    with refuse_unreachable(where, path):
        return system.exists(name)


def open_file(where, path):
    """Return a file as libraries of single files open it, and stay open as long as it is used.

    Args:
        where: str. Who asks; the errors begin with it.
        path: str, or a URL.

    Returns:
        str, a path of this machine; or, for a URL, a seekable file object that reads no more than
        some blocks around what it is asked for.

    Raises:
        ValueError: for a URL that cannot be reached, or read from any place on.

    Example:

    >>> open_file("doc", "file:///data/radar.nc"), open_file("doc", "radar.nc")
    ('/data/radar.nc', 'radar.nc')
    """
    path = local_path(path)
    if not is_url(path):
        return path
    system, name = file_system(where, path)
    with refuse_unreachable(where, path):
        file = system.open(name, "rb", block_size=_BLOCK, cache_type="blockcache")
    if not file.seekable():
        file.close()
        raise error(
            where,
            f"{str(path)!r}, whose server sends whole files only",
            "a server that answers requests for ranges of bytes",
            "Download the file and pass its path.",
        )
    return file


@contextlib.contextmanager
def opened(where, path):
    """Open a file to read it whole, or a part of it: what `open_file` returns, closed at the end.

    Args:
        where: str. Who asks; the errors begin with it.
        path: str, or a URL.

    Yields:
        str, or a seekable file object.

    Example:

    >>> with opened("doc", "radar.h5") as file:
    ...     print(file)
    radar.h5
    """
    file = open_file(where, path)
    try:
        yield file
    finally:
        if not isinstance(file, str):
            file.close()


def paths_of(where, spec, takes):
    """Return the files that a path, pattern or folder stands for.

    Args:
        where: str. Who asks; the errors begin with it.
        spec: str or path: a file or URL; a pattern with `*`, `?`, `[...]` or `**`; or a folder,
            which stands for the files in it that `takes` knows. A folder that `takes` knows itself,
            as `radar.zarr`, is one archive.
        takes: function of a path to bool, whether it is an archive that is read.

    Returns:
        list of str, sorted; hidden files are not among them. A path that is neither pattern nor
        folder is returned as it is, whether it is there or not.

    Raises:
        ValueError: for a pattern or folder without such files, or a URL that cannot be reached.

    Example:

    >>> import pathlib
    >>> pathlib.Path("scans").mkdir()
    >>> for name in ("b.nc", "a.nc", "readme.txt", ".c.nc"):
    ...     pathlib.Path("scans", name).touch()
    >>> paths_of("doc", "scans", lambda path: path.endswith(".nc"))
    ['scans/a.nc', 'scans/b.nc']
    >>> paths_of("doc", "scans/b*", lambda path: path.endswith(".nc"))
    ['scans/b.nc']
    """
    spec = local_path(spec)
    pattern = _is_pattern(spec)
    found = _matches(where, spec) if pattern else _listed(where, spec, takes)
    if found is None:
        return [spec]
    found = sorted(path for path in found if not _is_hidden(path) and not _is_inside(path, takes))
    if not found:
        raise error(
            where,
            f"{spec!r}, {'a pattern that nothing matches' if pattern else 'a folder without them'}",
            "files that a reader knows",
            "Check the spelling. Files in folders of a folder are FOLDER/**/*.nc, and a pattern on "
            "a command line stands in quotation marks.",
        )
    return found


def _is_pattern(spec):
    if not is_url(spec):
        return glob.has_magic(spec) and not pathlib.Path(spec).exists()
    # A question mark begins the query of a web address.
    return "*" in spec if is_web(spec) else glob.has_magic(spec)


def _matches(where, pattern):
    if not is_url(pattern):
        return glob.glob(pattern, recursive=True)
    system, name = file_system(where, pattern)
    with refuse_unreachable(where, pattern):
        return [system.unstrip_protocol(path) for path in system.glob(name)]


def _listed(where, spec, takes):
    """Return the files of a folder that are read; None for what is no folder, or an archive."""
    if takes(spec):
        return None
    if not is_url(spec):
        path = pathlib.Path(spec)
        found = [str(each) for each in path.iterdir()] if path.is_dir() else None
    elif is_web(spec):
        found = None  # a server of web pages lists no folders
    else:
        system, name = file_system(where, spec)
        with refuse_unreachable(where, spec):
            inside = system.ls(name, detail=False) if system.isdir(name) else None
        found = inside and [system.unstrip_protocol(path) for path in inside]
    return None if found is None else [path for path in found if takes(path)]


def _is_hidden(path):
    return pathlib.PurePosixPath(path).name.startswith(".")


def _is_inside(path, takes):
    """Tell whether a path is a part of an archive, as a chunk of a zarr folder is."""
    return any(takes(str(parent)) for parent in pathlib.PurePosixPath(path).parents)


def _nothing_there(where, url):
    return error(
        where,
        f"{str(url)!r}, where nothing is",
        "the URL of a file or folder that this machine may read",
        "Check its spelling, and whether it is open to all.",
    )


def _unreachable(where, url, reason):
    text = f"{type(reason).__name__}: {reason}"[:300]
    return error(
        where,
        f"{str(url)!r}, which cannot be reached ({text})",
        "a URL that this machine may read",
        "Check the network, and what the environment says of endpoint and credentials "
        "(AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY; FSSPEC_S3_ANON=true for a "
        "public bucket).",
    )
