import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from st_keras.datasets.readers.pgm import read_pgm, read_pgm_header
from st_keras.files.unpacked_size import ExpansionError
from tests.refusals import refused

HEADER = b"P5\n# type stereographic\n# obstime 201609281500\n3 2\n255\n"
PIXELS = bytes([0, 1, 2, 253, 254, 255])


def write(path, content):
    if path.suffix == ".gz":
        content = gzip.compress(content)
    path.write_bytes(content)
    return str(path)


@given(
    array=hnp.arrays(st.sampled_from(["uint8", "uint16"]), hnp.array_shapes(min_dims=2, max_dims=2))
)
def test_pixels_are_exact(tmp_path_factory, array):
    path = tmp_path_factory.mktemp("pgm") / "a.pgm"
    largest = np.iinfo(array.dtype).max
    header = b"P5 %d %d %d\n" % (array.shape[1], array.shape[0], largest)
    write(path, header + array.astype(array.dtype.newbyteorder(">")).tobytes())
    found = read_pgm("t", path)
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize("name", ["a.pgm", "a.pgm.gz", "A.PGM.GZ"])
def test_header_and_comments(tmp_path, name):
    path = write(tmp_path / name if name != "A.PGM.GZ" else tmp_path / "b.gz", HEADER + PIXELS)
    if name == "A.PGM.GZ":
        path = str((tmp_path / "b.gz").rename(tmp_path / name))
    shape, dtype, length, comments = read_pgm_header("t", path)
    assert (shape, dtype, length) == ((2, 3), np.uint8, len(HEADER))
    assert comments == ["type stereographic", "obstime 201609281500"]
    assert read_pgm("t", path).tolist() == [[0, 1, 2], [253, 254, 255]]


def test_values_stay_where_the_largest_is_none_of_8_bits(tmp_path):
    """Pillow would stretch them to 255."""
    path = write(tmp_path / "a.pgm", b"P5\n2 1\n100\n" + bytes([50, 100]))
    assert read_pgm("t", path).tolist() == [[50, 100]]


@pytest.mark.parametrize("name", ["a.pgm", "a.pgm.gz"])
def test_more_and_fewer_bytes_than_the_header_says(tmp_path, name):
    path = write(tmp_path / name, HEADER + PIXELS + b"\n")
    refused(r"^t: .*a.pgm.* with more than that bytes of pixels.* says 6", read_pgm, "t", path)
    path = write(tmp_path / name, HEADER + PIXELS[:-1])
    refused(r"with 5 bytes of pixels, where its header says 6", read_pgm, "t", path)


@pytest.mark.parametrize(("cut", "came"), [(9, 6), (1, 6), (12, r"\d")])
def test_a_packed_file_that_ends_too_early(tmp_path, cut, came):
    packed = gzip.compress(HEADER + np.random.default_rng(0).bytes(6))
    (tmp_path / "a.pgm.gz").write_bytes(packed[:-cut])
    match = rf"with {came} bytes of pixels, where its header says 6; the packed file is cut off"
    refused(match, read_pgm, "t", tmp_path / "a.pgm.gz")


@pytest.mark.parametrize(
    "content", [b"P2\n1 1\n255\n7", b"P5\n0 2\n255\n", b"P5\n1 1\n70000\n12", b"GIF89a", b"P5\n1"]
)
def test_other_forms_are_refused(tmp_path, content):
    path = write(tmp_path / "a.pgm", content)
    refused("begins with b'.*a PGM of the binary form P5", read_pgm_header, "t", path)


def test_a_header_that_would_fill_the_memory(tmp_path):
    path = write(tmp_path / "a.pgm.gz", b"P5\n100000 100000\n255\n" + PIXELS)
    with pytest.raises(ExpansionError, match=r"10000\.0 MB"):
        read_pgm("t", path)
