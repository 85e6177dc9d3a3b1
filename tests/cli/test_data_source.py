"""What `--data` may name."""

import numpy as np
import pytest

from st_keras.cli.data_source import open_data
from tests.cli.conftest import squares


def opened(spec, context_length=3, horizon=3, stride=1, seed=0, patch_size=4):
    return open_data(str(spec), context_length, horizon, stride, seed, patch_size)


def test_embedded_digits():
    source = opened("digits")
    assert source.image_shape == (64, 64, 1)
    assert source.normalization() is None
    assert source.training_dataset(2).element_spec.shape[1:] == (6, 64, 64, 1)
    assert source.test_sequences(3).shape == (3, 6, 64, 64, 1)
    assert len(source.validation_dataset(8)) == 4


def test_training_seed_leaves_validation_and_test_alone():
    first, second = opened("digits", seed=1), opened("digits", seed=2)
    assert np.array_equal(first.test_sequences(2), second.test_sequences(2))
    batches = [next(iter(source.training_dataset(2))).numpy() for source in (first, second)]
    assert not np.array_equal(*batches)


def test_keras_digit_file(tmp_path):
    images = np.random.default_rng(0).integers(0, 255, (40, 28, 28), "uint8")
    np.savez(tmp_path / "own.npz", x_train=images, x_test=images[:10])
    assert opened(tmp_path / "own.npz").test_sequences(2).shape == (2, 6, 64, 64, 1)


@pytest.mark.parametrize("suffix", ["frames.npy", "frames.npz", "frames.npz:key"])
def test_arrays(tmp_path, suffix):
    frames = squares(8, 8)
    path = tmp_path / suffix.partition(":")[0]
    if path.suffix == ".npy":
        np.save(path, frames)
    else:
        np.savez(path, key=frames)
    source = opened(tmp_path / suffix)
    assert source.image_shape == (16, 24, 1)
    assert source.value_range == (0.0, 200.0)
    assert source.units
    assert float(source.normalization()(np.full((1, 1), 200.0))[0, 0]) == 1.0
    assert next(iter(source.training_dataset(2))).shape == (2, 6, 16, 24, 1)
    assert source.test_sequences(100).shape[1:] == (6, 16, 24, 1)


def test_parts_of_one_long_array_share_no_frame(tmp_path):
    frames = np.arange(120.0)[:, None, None] * np.ones((120, 8, 8))
    np.save(tmp_path / "long.npy", frames)
    source = opened(tmp_path / "long.npy")
    seen = np.concatenate([b.numpy() for b in source.training_dataset(8).take(40)])
    validated = np.concatenate([b.numpy() for b in source.validation_dataset(8)])
    tested = source.test_sequences(100)
    assert seen.max() < validated.min()
    assert validated.max() < tested.min()


@pytest.mark.parametrize("spec", ["digit", "frames.csv", "missing.npy", "missing.npz"])
def test_refuses_what_is_no_data(spec):
    with pytest.raises(ValueError, match=r"received .*\. Required: "):
        opened(spec)


def test_refuses_frames_the_patches_do_not_divide(tmp_path):
    np.save(tmp_path / "odd.npy", squares(8, 8, size=(18, 24)))
    with pytest.raises(ValueError, match="patch_size"):
        opened(tmp_path / "odd.npy")
