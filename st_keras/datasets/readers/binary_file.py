"""The one place where readers of images and HDF5 open a file."""


def opened_file(path):
    """Open a file to read its bytes, for a block.

    Args:
        path: str or path.

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
    return open(path, "rb")
