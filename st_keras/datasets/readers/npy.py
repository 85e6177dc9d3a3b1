"""`.npy` files, which are mapped; at a URL they are read whole."""

import os

import numpy as np

from st_keras.datasets.readers.binary_file import opened_file
from st_keras.datasets.readers.reader import Reader
from st_keras.datasets.readers.urls import is_url
from st_keras.validation import error


def _open(path):
    if is_url(path):  # nothing there can be mapped
        with opened_file(path) as file:
            return np.lib.format.read_array(file, allow_pickle=False)
    array = np.lib.format.open_memmap(path, mode="r")
    # NumPy refuses a file with fewer bytes, and says nothing of one with more.
    size, says = os.path.getsize(path), array.offset + array.nbytes
    if size != says:
        raise error(
            "reader 'npy'",
            f"{str(path)!r} of {size} bytes, where its header says {says}",
            "one array, and nothing after it",
            "Write it again with numpy.save(name, array): two arrays, or the rest of an older "
            "file, may be in it.",
        )
    return array


READER = Reader(name="npy", suffixes=(".npy",), open=_open)
