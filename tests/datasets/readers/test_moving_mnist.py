import numpy as np
import pytest

from st_keras.datasets import load_array_file, open_frames
from st_keras.datasets.readers.reader import reader_of
from tests.datasets.published.files import random_bytes, write_clips
from tests.files.damage import encrypted
from tests.refusals import refused


@pytest.fixture
def sequences():
    return np.random.default_rng(0).random((3, 20, 64, 64), "float32")


def test_files_are_told_from_others(tmp_path, sequences):
    write_clips(tmp_path / "a.npz", sequences)
    np.savez(tmp_path / "b.npz", clips=np.zeros(3))
    np.save(tmp_path / "mnist_test_seq.npy", random_bytes(20, 3, 64, 64))
    np.save(tmp_path / "c.npy", random_bytes(20, 3, 64, 64))
    names = ["a.npz", "b.npz", "mnist_test_seq.npy", "c.npy"]
    readers = [reader_of(tmp_path / name).name for name in names]
    assert readers == ["moving_mnist", "npz", "moving_mnist", "npy"]


def test_open_frames(tmp_path, sequences):
    write_clips(tmp_path / "a.npz", sequences)
    frames = open_frames(tmp_path / "a.npz")
    assert frames.axes == "NTHWC" and frames.shape == (3, 20, 64, 64, 1)
    np.testing.assert_array_equal(frames.values[1, 5:15, ..., 0], sequences[1, 5:15])
    np.testing.assert_array_equal(frames.values[2, 12:, ..., 0], sequences[2, 12:])
    np.save(tmp_path / "mnist_test_seq.npy", digits := random_bytes(20, 3, 64, 64))
    frames = open_frames(tmp_path / "mnist_test_seq.npy")
    assert frames.axes == "TNHW" and frames.value_range == (0.0, 1.0)
    np.testing.assert_allclose(frames.values[3, 2], digits[3, 2] / 255, rtol=1e-6)
    assert load_array_file(f"{tmp_path}/a.npz:clips").shape == (2, 3, 2)


def test_compressed_frames_are_said_to_be_in_memory(tmp_path, sequences):
    write_clips(tmp_path / "a.npz", sequences, compressed=True)
    with pytest.warns(UserWarning, match="all of them are held in memory .0.0 GiB"):
        frames = open_frames(tmp_path / "a.npz")
    np.testing.assert_array_equal(frames.values[1, :, ..., 0], sequences[1])


def test_frames_to_predict_in_an_array_of_their_own(tmp_path, sequences):
    starts = np.arange(3) * 10
    clips = np.stack([np.stack([starts, np.full(3, 10)], 1)] * 2)
    inputs = sequences[:, :10].reshape(-1, 1, 64, 64)
    outputs = sequences[:, 10:].reshape(-1, 1, 64, 64)
    dims = np.array([[1, 64, 64]] * 2)
    told = {"clips": clips, "dims": dims, "input_raw_data": inputs, "output_raw_data": outputs}
    np.savez(tmp_path / "a.npz", **told)
    values = open_frames(tmp_path / "a.npz").values
    np.testing.assert_array_equal(values[:, :, ..., 0], sequences)
    np.testing.assert_array_equal(values[1, 14:17, ..., 0], sequences[1, 14:17])


CLIPS = np.array([[[0, 10], [20, 10], [40, 10]], [[10, 10], [30, 10], [50, 10]]])


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"clips": CLIPS.astype("float32")}, "whole numbers clips"),
        ({"clips": CLIPS[:1]}, r"clips of shape \(1, 3, 2\)"),
        ({"clips": CLIPS[:, :0]}, r"clips of shape \(2, 0, 2\)"),
        ({"clips": CLIPS + [1, 0]}, "with 60 frames, and clips up to frame 61"),
        ({"clips": CLIPS - [1, 0]}, "clips within the frames"),
        ({"clips": CLIPS + np.eye(3, 2, dtype=int)[None]}, "with clips of 10 to 11 frames"),
        ({"dims": np.array([[1, 32, 64]])}, r"dims \[1, 32, 64\]"),
        ({"input_raw_data": np.zeros((60, 64, 64))}, r"frames of shape \(60, 64, 64\)"),
        ({"input_raw_data": np.array([{}] * 60)}, "does not open"),
    ],
)
def test_files_of_another_form(tmp_path, sequences, changes, match):
    write_clips(tmp_path / "a.npz", sequences, **changes)
    refused(match, open_frames, tmp_path / "a.npz")


def test_damaged_files(tmp_path, sequences):
    path = tmp_path / "a.npz"
    write_clips(path, sequences)
    content = path.read_bytes()
    path.write_bytes(content[:-100])
    refused("does not open", open_frames, path)
    path.write_bytes(encrypted(content))
    refused("does not open .*encrypted", open_frames, path)
