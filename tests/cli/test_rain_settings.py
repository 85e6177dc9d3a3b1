"""What is said of transform, loss and sampling of windows, and where it ends up."""

import numpy as np
import pytest

from st_keras.cli.rain_settings import Rain
from tests.cli.test_data_source import opened

RAIN = np.random.default_rng(0).gamma(0.4, 3.0, (60, 8, 12)).astype("float32")


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"loss_thresholds": (1.0,)}, "--loss-thresholds: received it with --loss mse"),
        ({"loss_thresholds": (1.0,), "loss": "mae"}, "it with --loss mae"),
        ({"scaling": (1.2, 0.8)}, "--scaling: received 1.2,0.8"),
        ({"scaling": (0.0, 1.0)}, "two numbers above 0"),
        ({"scaling": (1.0,)}, "two numbers"),
    ],
)
def test_refusals(said, text):
    with pytest.raises(ValueError, match=text):
        Rain(**said).check()
    Rain(loss="balanced", loss_thresholds=(1.0, 5.0), scaling=(0.8, 1.25)).check()


@pytest.mark.parametrize(
    "said", [{"transform": "log"}, {"importance": 1.0}, {"augment": ("flips",)}]
)
def test_digits_are_drawn_to_measure(said):
    with pytest.raises(ValueError, match=r"received it with moving digits.*Leave --"):
        opened("digits", rain=Rain(**said))


def test_windows_are_drawn_and_changed(tmp_path):
    rain = RAIN.copy()
    rain[:40] = 0
    rain[0, 0, 0] = 1  # the validation part lies behind
    np.save(tmp_path / "rain.npy", np.concatenate([rain, RAIN, RAIN]))
    path = tmp_path / "rain.npy"

    def batches(first=0, shard=None, **said):
        source = opened(path, rain=Rain(**said))
        data = source.training_dataset(8, first, shard)
        return np.concatenate([batch.numpy() for batch in data.take(4)])

    dry = [
        (batches(**said).max(axis=(1, 2, 3, 4)) == 0).mean() for said in ({}, {"importance": 2.0})
    ]
    assert dry[0] > 0.1 and dry[1] < dry[0] / 4
    changed = {"augment": ("flips", "time-reversal"), "scaling": (0.5, 2.0)}
    plain, moved = batches(), batches(**changed)
    assert not np.array_equal(plain, moved)
    np.testing.assert_array_equal(batches(2, **changed)[:16], moved[16:])
    halves = [batches(0, (k, 2), **changed).reshape(4, 4, *moved.shape[1:]) for k in range(2)]
    together = np.concatenate(halves, axis=1).reshape(moved.shape)
    np.testing.assert_allclose(together, moved, rtol=1e-6)


def test_the_transform_is_fitted_to_the_training_part(tmp_path):
    np.save(tmp_path / "rain.npy", RAIN)
    source = opened(tmp_path / "rain.npy", rain=Rain(transform="log"))
    transform = source.normalization()
    low, high = 0.0, float(RAIN[:42].max())
    ends = np.asarray(transform(np.array([low, high], "float32")[:, None]))
    np.testing.assert_allclose(ends.ravel(), [0, 1], atol=1e-5)
    back = np.asarray(transform.inverse(transform(RAIN[0][..., None])))
    np.testing.assert_allclose(back[..., 0], RAIN[0], rtol=1e-4, atol=1e-4)
    assert type(opened(tmp_path / "rain.npy").normalization()).__name__ == "FrameNormalization"
