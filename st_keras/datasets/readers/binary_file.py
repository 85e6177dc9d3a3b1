"""The one place where readers of arrays, images and HDF5 open a file, here or at a URL."""

from st_keras.datasets.readers.urls import is_url, local_path, open_file


def opened_file(path):
    """Open a file to read its bytes, for a block.

    Args:
        path: str or path, or a URL.

    Returns:
        A seekable binary file.

    Example:

    >>> import pathlib
    >>> pathlib.Path("a.bin").write_bytes(b"12")
    2
    >>> with opened_file("a.bin") as file:
    ...     file.read()
    b'12'
    """
    path = local_path(path)
    return open_file("archive", path) if is_url(path) else open(path, "rb")
