import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from st_keras.datasets import load_digit_images
from st_keras.datasets.digit_images import SPLITS
from tests.refusals import refused


def unique_images(count, size=(28, 28)):
    images = np.zeros((count, *size), "uint8")
    images[:, 0, 0], images[:, 0, 1], images[:, 0, 2] = (
        np.arange(count) // 256,
        *[np.arange(count) % 256] * 2,
    )
    return images


def names(images):
    return {image.tobytes() for image in images}


def refuses(source, match, split="train"):
    assert refused(match, load_digit_images, source, split).startswith("load_digit_images: ")


def test_sklearn_digits_are_disjoint_complete_and_clean():
    parts = {split: load_digit_images("sklearn", split) for split in SPLITS}
    assert [len(parts[split][0]) for split in SPLITS] == [1257, 270, 270]
    assert len(set().union(*(names(images) for images, _ in parts.values()))) == 1797
    for images, labels in parts.values():
        assert images.shape[1:] == (28, 28) and images.dtype == np.uint8
        assert labels.shape == (len(images),) and set(labels.tolist()) == set(range(10))
        assert images.max(axis=(1, 2)).min() == 255
        # Clean and crisp: an empty margin, and few pixels that are neither ink nor paper.
        assert not images[:, [0, -1]].any() and not images[:, :, [0, -1]].any()
        assert np.mean((images > 25) & (images < 230)) < 0.15


def test_sklearn_digits_are_the_same_each_time_and_not_shared():
    first, _ = load_digit_images()
    copy = first.copy()
    first[:] = 0
    np.testing.assert_array_equal(load_digit_images()[0], copy)


@settings(max_examples=30, deadline=None)
@given(count=st.integers(3, 300))
def test_arrays_are_split_without_loss_or_overlap(count):
    images = unique_images(count, (4, 5))
    parts = [load_digit_images(images, split) for split in SPLITS]
    assert all(len(part) and labels is None for part, labels in parts)
    assert sum(len(part) for part, _ in parts) == count
    assert set().union(*(names(part) for part, _ in parts)) == names(images)


def test_keras_npz(tmp_path):
    images = unique_images(60)
    labels = np.arange(60, dtype="uint8") % 10
    path = tmp_path / "digits.npz"
    np.savez(path, x_train=images[:45], y_train=labels[:45], x_test=images[45:])
    parts = {split: load_digit_images(path, split) for split in SPLITS}
    np.testing.assert_array_equal(parts["train"][0], images[:40])
    np.testing.assert_array_equal(parts["validation"][0], images[40:45])
    np.testing.assert_array_equal(parts["test"][0], images[45:])
    np.testing.assert_array_equal(parts["validation"][1], labels[40:45])
    assert parts["train"][1].dtype == np.int64 and parts["test"][1] is None


def test_arguments():
    refuses("sklearn", "split='dev'.*one of 'train', 'validation', 'test'", split="dev")
    refuses(["a"], "type list.*a uint8 array")
    refuses("mnist", "source='mnist'.*x_train and x_test")
    refuses("no.npz", "no file")


def test_wrong_arrays():
    good = unique_images(9)
    refuses(good[0], r"\(28, 28\).*\(N, h, w\)")
    refuses(good.astype("float32"), "float32.*uint8.*255 \\* images")
    refuses(good[:2], "at least 3 images")
    refuses(np.zeros((9, 28, 28), "uint8"), "maximum 0.*some pixel above 0")
    refuses(np.zeros((9, 0, 28), "uint8"), "maximum 0")


@pytest.mark.parametrize(
    ("arrays", "match"),
    [
        ({"x_train": unique_images(9)}, "without x_test"),
        ({"a": np.zeros(3)}, r"without x_train and x_test \(it has a\)"),
        (dict.fromkeys(("x_train", "x_test"), unique_images(9, (32, 32))), r"\(N, 28, 28\)"),
        (dict.fromkeys(("x_train", "x_test"), unique_images(9)[..., None]), r"\(N, 28, 28\)"),
        (dict.fromkeys(("x_train", "x_test"), unique_images(9).astype("int64")), "int64"),
        (dict.fromkeys(("x_train", "x_test"), np.array([{}], dtype=object)), "pickled"),
        (
            {"x_train": unique_images(9), "x_test": unique_images(9), "y_train": np.zeros(8)},
            "y_train of .*shape .8,.*one integer per image",
        ),
    ],
)
def test_wrong_npz(tmp_path, arrays, match):
    np.savez(tmp_path / "a.npz", **arrays)
    refuses(tmp_path / "a.npz", match)


def test_damaged_npz(tmp_path):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, x_train=unique_images(9), x_test=unique_images(9))
    content = path.read_bytes()
    for length in (0, 1, 100, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        refuses(path, "an empty file|does not open")


@pytest.mark.needs_data
@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("mnist.npz", (54000, 6000, 10000)),
        ("fashion_mnist_5k_train_2k_test.npz", (4500, 500, 2000)),
    ],
)
def test_real_digit_files(data_file, name, counts):
    for split, count in zip(SPLITS, counts, strict=True):
        images, labels = load_digit_images(data_file(name), split)
        assert images.shape == (count, 28, 28) and labels.shape == (count,)
        assert set(labels.tolist()) == set(range(10))
