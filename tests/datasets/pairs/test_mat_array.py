"""One array of a MATLAB file: as it was written, or refused before it is unpacked."""

import io
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from scipy import io as scipy_io

from st_keras.datasets.pairs.mat_array import read_mat_array
from tests.files.damage import flipped
from tests.refusals import refused

ARRAY = np.random.default_rng(0).integers(0, 256, (3, 4, 5)).astype("uint8")


def mat(compress=True, **arrays):
    file = io.BytesIO()
    scipy_io.savemat(file, arrays, do_compression=compress)
    return file.getvalue()


def accept(shape, kind):
    if kind != "uint8":
        raise ValueError(f"{shape} of {kind}")


def read(content, most=1000):
    return read_mat_array("reader", "a.mat", content, "im", accept, most)


def refuses(content, match, most=1000):
    assert refused(match, read, content, most).startswith("reader: received ")


@pytest.mark.parametrize("compress", [True, False])
def test_comes_back(compress):
    content = mat(compress, other="text", im=ARRAY, nested={"a": {"b": 1.0}})
    np.testing.assert_array_equal(read(content), ARRAY)


def test_wrong_files():
    refuses(b"", "does not open")
    refuses(b"no matrix" * 99, "does not open")
    refuses(mat(im=ARRAY / 2), "does not open .ValueError: .3, 4, 5. of double")
    refuses(mat(other=ARRAY), "does not open .ValueError: None of None")
    refuses(mat(im=[{"a": [[1]]}]), "does not open")
    whole = mat(im=ARRAY)
    refuses(whole + whole[128:], "None of None")  # twice


def test_damaged_files():
    content = mat(im=ARRAY)
    for length in (10, 127, 140, len(content) - 20):
        refuses(content[:length], "does not open")
    refusals = 0
    for changed in flipped(content, range(8 * 116, 8 * len(content), 11)):
        try:
            read(changed)
        except ValueError as reason:
            refusals += 1
            assert str(reason).startswith("reader: received ")
    assert refusals > 20


def test_nothing_that_unpacks_too_far_is_unpacked():
    for name in ("im", "other"):
        content = mat(**{"im": ARRAY, name: np.zeros((3000, 30_000), "uint8")})
        tracemalloc.start()
        refuses(content, r"'a\.mat', an element of which unpacks to more than 0\.0 MB")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 2_000_000


def test_data_that_are_longer_than_their_shape():
    """The header says 3 x 4 x 5, the elements behind it are a million."""
    whole = zlib.decompress(mat(im=ARRAY)[136:])
    at = whole.index(ARRAY.tobytes(order="F"))
    many = bytes(1_000_000)
    longer = whole[: at - 4] + struct.pack("<I", len(many)) + many
    longer = longer[:4] + struct.pack("<I", len(longer) - 8) + longer[8:]
    packed = zlib.compress(longer)
    refuses(mat(im=ARRAY)[:132] + struct.pack("<I", len(packed)) + packed, "more than 0.0 MB")
    content = mat(im=ARRAY)[:132] + struct.pack("<I", len(packed)) + packed
    refuses(content, "does not open", most=2_000_000)
