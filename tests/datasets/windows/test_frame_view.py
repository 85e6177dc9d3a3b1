"""One view of arrays in memory and in files, whatever the order of their axes."""

import itertools

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from st_keras.datasets.windows import frame_view
from st_keras.datasets.windows.frame_view import check_frame_size, view_frames
from tests.datasets.lazy_sources import Lazy
from tests.refusals import refused

VIDEO = np.arange(2 * 5 * 4 * 3 * 2).reshape(2, 5, 4, 3, 2).astype("int16")


def refuses(call, match):
    assert refused(match, call).startswith("here: ")


@pytest.mark.parametrize("letters", ["THW", "NTHW", "THWC", "NTHWC"])
@pytest.mark.parametrize("kind", [np.asarray, Lazy])
def test_every_order_of_the_axes_gives_the_same_frames(letters, kind):
    full = VIDEO
    left_out = tuple(i for i, letter in enumerate("NTHWC") if letter not in letters)
    full = full[tuple(slice(1) if i in left_out else slice(None) for i in range(5))]
    plain = full.squeeze(left_out)
    for axes in map("".join, itertools.permutations(letters)):
        array = plain.transpose([letters.index(letter) for letter in axes])
        view = view_frames("here", kind(array), axes)
        assert (view.shape, view.axes, view.dtype) == (full.shape, axes, np.int16)
        for n in range(len(full)):
            np.testing.assert_array_equal(view.read(n, 1, 4), full[n, 1:4])


def test_arrays_in_memory_are_not_copied(tmp_path):
    np.save(tmp_path / "a.npy", VIDEO)
    for array in (
        VIDEO,
        np.load(tmp_path / "a.npy", mmap_mode="r"),
        VIDEO.transpose(0, 2, 3, 1, 4),
    ):
        axes = "NTHWC" if array.shape == VIDEO.shape else "NHWTC"
        part = view_frames("here", array, axes).read(1, 2, 4)
        assert np.shares_memory(part, array)
        np.testing.assert_array_equal(part, VIDEO[1, 2:4])


@settings(max_examples=30)
@given(block=st.integers(1, 200), start=st.integers(0, 4), length=st.integers(1, 5))
def test_blocks_are_small_and_complete(block, start, length):
    source, stop = Lazy(VIDEO), min(start + length, 5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frame_view, "_BLOCK_VALUES", block)
        found = list(view_frames("here", source).blocks(1, start, stop))
    assert [at for at, _ in found] == list(range(start, stop, max(1, block // 24)))
    np.testing.assert_array_equal(np.concatenate([part for _, part in found]), VIDEO[1, start:stop])
    assert source.largest <= max(block, 24)


def test_hdf5_and_what_is_wrong_with_it(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["rain"] = VIDEO
        file["text"] = [[["a"]]]
        chunked = file.create_dataset(
            "zipped", (2, 8, 16, 16), "f4", chunks=True, compression="gzip"
        )
        chunked[:] = np.random.default_rng(0).random((2, 8, 16, 16))
        at = chunked.id.get_chunk_info(1)
        rain = file["rain"]
        view = view_frames("here", rain)
        np.testing.assert_array_equal(view.read(1, 0, 5), VIDEO[1])
        refuses(lambda: view_frames("here", file["text"]), "dtype object.*real numbers")
        refuses(lambda: view_frames("here", file), "frames (of dtype|that form no)")
    refuses(lambda: view.read(0, 0, 1), "cannot be read.*Keep the file open")
    refuses(lambda: view_frames("here", rain), "cannot be read.*Keep the file open")
    content = bytearray((tmp_path / "a.h5").read_bytes())
    content[at.byte_offset : at.byte_offset + at.size] = b"x" * at.size
    (tmp_path / "a.h5").write_bytes(content)
    with h5py.File(tmp_path / "a.h5") as file:
        refuses(
            lambda: _read_all(view_frames("here", file["zipped"])),
            "cannot be read .OSError.*damaged",
        )


def _read_all(view):
    return [view.read(n, 0, view.shape[1]) for n in range(view.shape[0])]


def test_scaled_files_have_the_type_of_their_numbers():
    class Scaled(Lazy):
        def __getitem__(self, index):
            return super().__getitem__(index) * np.float32(0.1)

    assert view_frames("here", Scaled(VIDEO)).dtype == np.float32


def test_masked_entries_are_refused_wherever_they_lie():
    frames = np.ma.masked_greater(np.arange(27.0).reshape(3, 3, 3), 24)
    refuses(lambda: view_frames("here", frames), r"2 masked entries.*missing='mask'.*filled\(0\)")
    view = view_frames("here", np.ma.masked_greater(frames.data, 99))
    assert not isinstance(view.read(0, 0, 1), np.ma.MaskedArray)

    class MaskedFile(Lazy):
        def __getitem__(self, index):
            return np.ma.masked_greater(super().__getitem__(index), 24)

    late = view_frames("here", MaskedFile(frames.data))
    np.testing.assert_array_equal(late.read(0, 0, 2)[..., 0], frames.data[:2])
    refuses(lambda: late.read(0, 2, 3), "2 masked entries")


def test_tensors_are_arrays_in_memory():
    np.testing.assert_array_equal(view_frames("here", tf.constant(VIDEO)).read(1, 0, 5), VIDEO[1])


@pytest.mark.parametrize(
    "frames",
    [
        np.zeros((4, 3, 3), complex),
        np.full((4, 3, 3), "1.0"),
        np.full((4, 3, 3), None),
        np.zeros((4, 3, 3), "datetime64[s]"),
        np.zeros((4, 3, 3), [("a", "f4")]),
        Lazy(np.zeros((4, 3, 3), complex)),
        "frames.npy",
        None,
        {"frames": 1},
    ],
)
def test_wrong_dtype(frames):
    refuses(lambda: view_frames("here", frames), "dtype.*real numbers.*load_array_file")


def test_symbolic_tensors():
    refuses(lambda: view_frames("here", keras.Input((8, 8, 8))), "form no array")
    with tf.Graph().as_default():
        frames = tf.zeros((2, 3, 4))
        refuses(lambda: view_frames("here", frames), "form no array")


def test_ragged_lists():
    refuses(lambda: view_frames("here", [[[1, 2]], [[1]]]), "form no array.*equal shape")


@given(zero=st.integers(0, 3))
def test_no_elements(zero):
    shape = [5, 5, 5, 5]
    shape[zero] = 0
    refuses(lambda: view_frames("here", np.zeros(shape), "NTHW"), "without elements")


@settings(max_examples=40)
@given(height=st.integers(1, 40), width=st.integers(1, 40), patch=st.integers(1, 9))
def test_patch_size(height, width, patch):
    shape = (1, 2, height, width, 1)
    if height % patch or width % patch:
        side = "height" if height % patch else "width"
        refuses(lambda: check_frame_size("here", shape, patch), f"frame {side}=.*Crop or pad")
    else:
        check_frame_size("here", shape, patch)


def test_bad_patch_size():
    refuses(lambda: check_frame_size("here", (1, 2, 4, 4, 1), 0), "patch_size=0")
    check_frame_size("here", (1, 2, 5, 7, 1), None)
