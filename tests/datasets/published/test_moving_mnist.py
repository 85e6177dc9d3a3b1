import numpy as np
import pytest

from st_keras.datasets import MovingDigits, published_dataset
from tests.datasets.published.files import random_bytes, write_clips, write_tfds
from tests.refusals import refused

MOVING_MNIST = published_dataset("moving_mnist")


def refuses(match, path, **told):
    refused(match, MOVING_MNIST.open, path, **told)


def test_canonical_file(tmp_path):
    digits = random_bytes(20, 3, 64, 64)
    np.save(tmp_path / "mnist_test_seq.npy", digits)
    for path in (tmp_path, tmp_path / "mnist_test_seq.npy"):
        test = MOVING_MNIST.open(path, split="test")
        assert len(test) == 3 and test.name == "test" and test.value_range == (0.0, 1.0)
        for i in range(3):
            window = test.window(i)
            np.testing.assert_array_equal(window[..., 0], np.float32(digits[:, i] / 255))
    assert test.fingerprint() == MOVING_MNIST.open(tmp_path, split="test").fingerprint()
    other = MOVING_MNIST.open(path, split="test", context_length=4, horizon=3, stride=1)
    assert len(other) == 3 * 14
    refuses("mnist_test_seq.npy is of test. Required: one of moving-mnist-train", path)


@pytest.mark.parametrize("compressed", [False, True])
def test_clips(tmp_path, compressed):
    sequences = np.random.default_rng(0).random((4, 20, 64, 64), "float32")
    for part, count in (("train", 4), ("valid", 2), ("test", 3)):
        write_clips(tmp_path / f"moving-mnist-{part}.npz", sequences[:count], compressed)
    train, validation, test = MOVING_MNIST.open_parts(tmp_path, ("train", "validation", "test"))
    assert [len(part) for part in (train, validation, test)] == [4, 2, 3]
    np.testing.assert_array_equal(train.window(3)[..., 0], sequences[3])
    batch = next(iter(train.as_dataset(4)))
    np.testing.assert_array_equal(batch[..., 0], sequences)
    refuses("is of train", tmp_path / "moving-mnist-train.npz", split="test")
    np.save(tmp_path / "mnist_test_seq.npy", random_bytes(20, 1, 64, 64))
    refuses("2 places have it.*Pass the path of the file itself", tmp_path, split="test")


def test_training_sequences_are_drawn(tmp_path):
    images = {"x_train": random_bytes(40, 28, 28), "x_test": random_bytes(8, 28, 28, seed=1)}
    np.savez(tmp_path / "mnist.npz", **images)
    train, validation = MOVING_MNIST.open_parts(tmp_path, context_length=5, horizon=2)
    assert isinstance(train, MovingDigits) and train.num_frames == 7
    assert (train.split, validation.split, train.num_sequences) == ("train", "validation", None)
    np.testing.assert_array_equal(train.images, images["x_train"][:36])
    np.testing.assert_array_equal(validation.images, images["x_train"][36:])
    refuses("crop=32 for sequences that are drawn", tmp_path, crop=32)
    refuses("stride=2 for sequences that are drawn", tmp_path, stride=2)
    refuses("0 places have it: none", tmp_path, split="test")
    refuses("mnist.npz is of train and validation", tmp_path / "mnist.npz", split="test")


@pytest.mark.parametrize(("there", "missing"), [("train", "valid"), ("valid", "train")])
def test_drawn_digits_never_go_with_published_clips(tmp_path, there, missing):
    digits = random_bytes(40, 28, 28)
    np.savez(tmp_path / "mnist.npz", x_train=digits, x_test=digits)
    write_clips(tmp_path / f"moving-mnist-{there}.npz", np.eye(64) * np.ones((2, 20, 1, 1)))
    needed = f"moving-mnist-{missing}.npz"
    text = refused(f"without {needed}. Required: {needed}", MOVING_MNIST.open_parts, tmp_path)
    assert f"Put {needed} there; to train on drawn digits, pass mnist.npz itself." in text
    assert MOVING_MNIST.open_parts(tmp_path / "mnist.npz")[1].split == "validation"


def test_one_file_of_two_parts(tmp_path):
    write_clips(tmp_path / "moving-mnist-train.npz", np.eye(64) * np.ones((2, 20, 1, 1)))
    refused(
        "is of train.*Pass the folder that holds it and moving-mnist-valid.npz",
        *(MOVING_MNIST.open_parts, tmp_path / "moving-mnist-train.npz"),
    )


def test_prepared_by_tensorflow_datasets(tmp_path, tfds):
    videos = random_bytes(3, 20, 64, 64, 1)
    video = tfds.features.Video(shape=(20, 64, 64, 1))
    features = tfds.features.FeaturesDict({"image_sequence": video})
    examples = [{"image_sequence": each} for each in videos]
    write_tfds(tmp_path, "moving_mnist", features, examples, "test")
    test = MOVING_MNIST.open(tmp_path, split="test")
    for i in range(3):
        np.testing.assert_array_equal(test.window(i), np.float32(videos[i] / 255))
    (batch,) = test.as_dataset(3)
    np.testing.assert_array_equal(batch, np.float32(videos / 255))
    refuses("0 places have it", tmp_path)


def test_damaged(tmp_path):
    path = tmp_path / "mnist_test_seq.npy"
    np.save(path, random_bytes(3, 20, 64, 64))
    refuses(r"uint8 of shape \(3, 20, 64, 64\).*20 frames first", path, split="test")
    np.save(path, random_bytes(20, 3, 64, 64))
    path.write_bytes(path.read_bytes()[:-5])
    refuses("does not open|header says", path, split="test")
    path.write_bytes(b"")
    refuses("empty", path, split="test")


def test_real_digits(data_file):
    train, validation = MOVING_MNIST.open_parts(data_file("mnist.npz"))
    assert (len(train.images), len(validation.images)) == (54_000, 6_000)
    assert train.sequences(0, 1).shape == (1, 20, 64, 64, 1)


def test_real_sequences_in_the_canonical_form(tmp_path, data_file):
    path = data_file("moving_mnist_pp_test_first200.npz")
    with np.load(path, allow_pickle=False) as content:
        sequences = content["sequences"]
    np.save(tmp_path / "mnist_test_seq.npy", sequences.transpose(1, 0, 2, 3))
    test = MOVING_MNIST.open(tmp_path, split="test")
    assert len(test) == 200
    batch = next(iter(test.as_dataset(200)))
    np.testing.assert_array_equal(np.rint(batch[..., 0] * 255), sequences)
