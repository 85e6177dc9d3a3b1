"""Pictures of modes and slots: what they are drawn from, and which are written."""

import numpy as np

from st_keras.cli.modes import pictures
from st_keras.cli.run_folder import RunFolder
from st_keras.datasets import MixedModes
from st_keras.layers import FrameNormalization
from st_keras.models import ConvLSTM, ModeRNN
from st_keras.training import Forecaster
from tests.tiny import random_frames

MODES = ("two_digits", "straight")


def forecaster(network, **more):
    model = Forecaster(network, context_length=2, **more)
    model.build((None, None, 32, 32, 1))
    return model


def drawn(network, tmp_path, count):
    digits = MixedModes(modes=MODES, image_size=32, num_frames=4)
    sequences, labels = digits.sequences(0, count), digits.mode_labels(0, count)
    folder = RunFolder(tmp_path / "out").create()
    numbers = pictures.draw_modes(forecaster(network), sequences, labels, MODES, folder)
    return numbers, sorted(path.name for path in (tmp_path / "out").iterdir())


def test_slots_and_the_map_of_the_modes(tmp_path):
    numbers, files = drawn(ModeRNN((4,), num_slots=2, patch_size=8), tmp_path, count=32)
    assert files == ["mode_embedding.png", "slot_maps.png"]
    assert set(numbers) == {"memory_silhouette", "importance_separation", "importance_chance"}
    assert -1 <= numbers["memory_silhouette"] <= 1
    assert 0 <= numbers["importance_separation"] <= 1


def test_few_sequences_of_another_network_have_no_pictures(tmp_path):
    assert drawn(ConvLSTM((4,), 3, patch_size=8), tmp_path, count=4) == ({}, [])


def test_closed_loop_hides_the_future():
    model = forecaster(ConvLSTM((2,), 3, patch_size=8), normalization=FrameNormalization(1.0, 2.0))
    sequences = random_frames(3, 5, 32, 32, 1)
    frames, mask = pictures.closed_loop(model, sequences)
    np.testing.assert_array_equal(mask, [[1, 1, 0, 0]] * 3)
    np.testing.assert_allclose(frames, model.normalization(sequences[:, :4]), atol=1e-6)


def test_what_is_drawn_is_what_the_network_read():
    model = forecaster(ConvLSTM((2,), 3, patch_size=8))
    sequences = random_frames(2, 5, 32, 32, 1)
    fed = pictures._fed(model, sequences)
    np.testing.assert_array_equal(fed[:, :2], sequences[:, :2])
    forecast = model.forecast(sequences[:, :2], 3)
    np.testing.assert_allclose(fed[:, 2:], np.clip(forecast[:, :2], 0, 1), atol=1e-6)
