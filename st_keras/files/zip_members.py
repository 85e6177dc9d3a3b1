"""Members of a zip archive, which are not unpacked if they expand beyond all real data."""

import pathlib
import zipfile

from st_keras.files.unpacked_size import MOST_TIMES, check_expansion


def check_members(members, size, most_times=MOST_TIMES):
    """Raise `ExpansionError` if members of a zip archive together expand beyond all real data.

    Args:
        members: list of `zipfile.ZipInfo`.
        size: int. Bytes of the archive: several members may be said to lie in the same bytes.
        most_times: int; see `check_expansion`.

    Example:

    >>> big = zipfile.ZipInfo("a.npy")
    >>> big.file_size, big.compress_size = 10_000_000_000, 1_000_000
    >>> check_members([big], size=1_000_100)
    Traceback (most recent call last):
    st_keras.files.unpacked_size.ExpansionError: 10000.0 MB, packed into 1.0 MB, which is more \
than 32 MiB and 512 times that
    """
    packed = min(sum(member.compress_size for member in members), size)
    check_expansion(sum(member.file_size for member in members), packed, most_times)


def check_zip(path, most_times=MOST_TIMES):
    """Return the names in a zip archive that another library is to open, unless it expands so.

    Args:
        path: str or path.
        most_times: int; see `check_expansion`.

    Returns:
        List of str.

    Raises:
        ExpansionError: see `check_members`.
        Exception: if it is no zip archive, or a damaged one.

    Example:

    >>> with zipfile.ZipFile("a.zip", "w") as archive:
    ...     archive.writestr("a.txt", "text")
    >>> check_zip("a.zip")
    ['a.txt']
    """
    with zipfile.ZipFile(path) as archive:
        check_members(archive.infolist(), pathlib.Path(path).stat().st_size, most_times)
        return archive.namelist()
