import gzip
import struct

import numpy as np
import pytest

from st_keras.datasets.pairs.norb_matrix import read_norb_matrix
from tests.datasets.pairs.small_grids import matrix_bytes
from tests.refusals import refused


def refuses(path, match):
    assert refused(match, read_norb_matrix, "reader", path).startswith("reader: ")


@pytest.mark.parametrize("dtype", ["u1", "<i4", "<i2", "<f4", "<f8"])
@pytest.mark.parametrize("shape", [(5,), (5, 4), (2, 3, 4), (2, 3, 4, 5)])
@pytest.mark.parametrize("suffix", [".mat", ".mat.gz"])
def test_matrices(tmp_path, dtype, shape, suffix):
    array = np.random.default_rng(0).integers(0, 100, shape).astype(dtype)
    content = matrix_bytes(array)
    path = tmp_path / f"a{suffix}"
    path.write_bytes(gzip.compress(content) if suffix.endswith("gz") else content)
    got = read_norb_matrix("reader", path)
    assert got.dtype == array.dtype
    np.testing.assert_array_equal(got, array)


def test_bytes_of_a_published_header(tmp_path):
    # The first bytes of smallnorb-...-cat.mat, by its documentation: 54 4C 3D 1E, one axis.
    content = bytes.fromhex("544c3d1e 01000000 02000000 01000000 01000000 03000000 04000000")
    (tmp_path / "a.mat").write_bytes(content)
    assert read_norb_matrix("reader", tmp_path / "a.mat").tolist() == [3, 4]


def test_wrong_files(tmp_path):
    path, content = tmp_path / "a.mat", matrix_bytes(np.arange(6, dtype="<i4"))
    refuses(path, "which is no file")
    for wrong, match in (
        (b"", "does not open .error"),
        (content[:15], "does not open .error"),
        (content[:-1], "with 23 bytes of elements for shape .6,..*24 bytes"),
        (content + b"x", "with more bytes of elements"),
        (b"MATLAB 5.0 MAT-file", "the magic number 0x4c54414d"),
        (struct.pack("<5i", 0x1E3D4C54, -1, 1, 1, 1), "-1 axes"),
        (struct.pack("<5i", 0x1E3D4C54, 9, 1, 1, 1), "9 axes"),
        (struct.pack("<5i", 0x1E3D4C54, 1, -5, 1, 1), "a shape of .-5,."),
        (struct.pack("<5i", 0x1E3D4C55, 3, 2**30, 2**30, 2), "bytes.*does|does not open .Value"),
    ):
        path.write_bytes(wrong)
        refuses(path, match)
    (tmp_path / "b.mat.gz").write_bytes(content)
    refuses(tmp_path / "b.mat.gz", "does not open .BadGzipFile")
    (tmp_path / "b.mat.gz").write_bytes(gzip.compress(content)[:-9])
    refuses(tmp_path / "b.mat.gz", "does not open .(EOFError|error)")


def test_a_packed_file_that_expands_too_far(tmp_path):
    path = tmp_path / "a.mat.gz"
    header = struct.pack("<5i", 0x1E3D4C55, 3, 300, 1000, 1000)
    path.write_bytes(gzip.compress(header + bytes(1000)))
    refuses(path, r"which would unpack to 300\.0 MB, packed into 0\.0 MB")
