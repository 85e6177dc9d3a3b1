"""`.npy` files, which are mapped."""

import numpy as np

from st_keras.datasets.readers.reader import Reader


def _open(path):
    return np.lib.format.open_memmap(path, mode="r")


READER = Reader(name="npy", suffixes=(".npy",), open=_open)
