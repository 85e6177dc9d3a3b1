"""Arrays come back as they were; nothing that is damaged does, and nothing is unpacked too far."""

import io
import tracemalloc
import zipfile

import numpy as np
import pytest

from st_keras.files.npz_file import open_npz
from st_keras.files.unpacked_size import ExpansionError
from tests.files.damage import encrypted, flipped, npz_bomb

ARRAYS = {
    "a": np.arange(6, dtype=">i4").reshape(2, 3),
    "f": np.asfortranarray(np.ones((2, 3))),
    "none": np.zeros((0, 3), "uint8"),
    "one": np.array(2.5),
    "text": np.array(["some", "text"]),
}


def written(save=np.savez, **arrays):
    buffer = io.BytesIO()
    save(buffer, **arrays)
    return buffer.getvalue()


def read(content, names=None):
    with open_npz(io.BytesIO(content)) as npz:
        return npz.read(names)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_what_numpy_wrote(save):
    content = written(save, **ARRAYS)
    found = read(content)
    assert list(found) == list(ARRAYS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found[name], array, strict=True)
        assert found[name].flags.f_contiguous == array.flags.f_contiguous
        found[name][...] = found[name]  # can be written to
    assert list(read(content, ["one"])) == ["one"]
    with open_npz(io.BytesIO(content)) as npz, npz.stream("a") as (file, shape, dtype, fortran):
        assert (file.read(), shape, dtype, fortran) == (ARRAYS["a"].tobytes(), (2, 3), ">i4", False)


def test_members_that_are_no_arrays_are_left_alone():
    buffer = io.BytesIO(written(a=np.ones(2)))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("readme.txt", "words")
    assert list(read(buffer.getvalue())) == ["a"]


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_no_flipped_bit_changes_a_number(save):
    array = np.arange(4, dtype="uint8")
    content = written(save, a=array)
    harmless = 0
    for changed in flipped(content):
        try:
            found = read(changed)
        except Exception:
            continue
        if "a" in found:  # else its name has changed
            harmless += 1
            np.testing.assert_array_equal(found["a"], array)
    assert 0 < harmless < 0.5 * 8 * len(content)


def test_what_zip_programs_can_do_is_refused():
    content = written(a=np.zeros(3))
    with pytest.raises(RuntimeError, match="encrypted"):
        read(encrypted(content))
    with pytest.raises(zipfile.BadZipFile):
        read(content[:-30])
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(3))
    with pytest.raises(ValueError, match="a single array"):
        read(buffer.getvalue())
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", method) as archive:
            archive.writestr("a.npy", buffer.getvalue())
        with pytest.raises(NotImplementedError, match="compression method"):
            read(packed.getvalue())


def archive_of(member, name="a.npy"):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, member)
    return buffer.getvalue()


@pytest.mark.parametrize(("shape", "match"), [((10**15,), "shorter"), ((2,), "longer")])
def test_an_array_is_as_long_as_its_header_says(shape, match):
    header = io.BytesIO()
    about = {"descr": "<f4", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(header, about)
    with pytest.raises(ValueError, match=f"a.npy is {match} than an array of shape"):
        read(archive_of(header.getvalue() + bytes(12)))


def test_members_that_are_no_arrays_of_numbers():
    with pytest.raises(ValueError, match="no NumPy array in it"):
        read(archive_of(b"no array"))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        read(written(a=np.array([{}], object)))


def test_what_expands_too_far_is_not_unpacked(tmp_path):
    path = npz_bomb(tmp_path / "a.npz")
    tracemalloc.start()
    with open(path, "rb") as file, open_npz(file) as npz:
        assert npz.names == ["a"]
        with pytest.raises(ExpansionError, match=r"300\.0 MB, packed into 0\.3 MB"):
            npz.read()
        assert npz.read([]) == {}
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize("order", ["C", "F"])
def test_what_is_not_compressed_can_be_mapped(tmp_path, order):
    array = np.asarray(np.random.default_rng(0).random((5, 7, 3)), order=order)
    path = tmp_path / "a.npz"
    np.savez(path, first=np.arange(9), second=array)
    with open(path, "rb") as file, open_npz(file) as npz:
        mapped = npz.mapped("second", path)
        assert isinstance(mapped, np.memmap) and not mapped.flags.writeable
        np.testing.assert_array_equal(mapped, array)
    np.savez_compressed(path, second=array)
    with open(path, "rb") as file, open_npz(file) as npz:
        assert npz.mapped("second", path) is None
    np.savez(path, second=np.array([{}], object))
    with open(path, "rb") as file, open_npz(file) as npz:
        with pytest.raises(ValueError, match="no array of plain numbers"):
            npz.mapped("second", path)
