"""A reader of another package: what a user writes to have files of her own under the commands.

`test_reader_from_outside.py` copies this file to a folder of its own.
"""

import json
import pathlib

import numpy as np

from st_keras.datasets import Reader
from st_keras.datasets.readers.refusals import check_filled_file


def check_raw(where, path):
    """Refuse numbers without the file that says what they are."""
    for each in (path, f"{path}.json"):
        check_filled_file(where, each)


def open_raw(path):
    """Map the numbers of `FILE.raw`, of the dtype and shape that `FILE.raw.json` says."""
    said = json.loads(pathlib.Path(f"{path}.json").read_text())
    return np.memmap(path, said["dtype"], mode="r", shape=tuple(said["shape"]))


RAW = Reader(name="raw", suffixes=(".raw",), open=open_raw, check=check_raw)
