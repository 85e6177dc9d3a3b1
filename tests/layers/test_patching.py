import keras
import numpy as np
import pytest

from st_keras.layers import FramesToPatches, PatchesToFrames
from st_keras.ops import frames_to_patches
from tests.tiny import random_frames


def test_functional_model_there_and_back():
    frames = keras.Input((None, 8, 12, 3))
    patches = FramesToPatches(4)(frames)
    assert patches.shape == (None, None, 2, 3, 48)
    model = keras.Model(frames, [patches, PatchesToFrames(4)(patches)])
    x = random_frames(2, 3, 8, 12, 3)
    folded, unfolded = model(x)
    np.testing.assert_array_equal(folded, frames_to_patches(x, 4))
    np.testing.assert_array_equal(unfolded, x)


def test_symbolic_shape_with_unknown_image_size():
    assert FramesToPatches(2)(keras.Input((None, None, None, 1))).shape == (None,) * 4 + (4,)
    assert PatchesToFrames(2)(keras.Input((None, None, None, 4))).shape == (None,) * 4 + (1,)


@pytest.mark.parametrize("cls", [FramesToPatches, PatchesToFrames])
def test_errors_name_the_class(cls):
    with pytest.raises(ValueError, match=rf"{cls.__name__}: received patch_size=0"):
        cls(0)
    with pytest.raises(ValueError, match=r"rank 4.*Required: rank 5"):
        cls(2)(np.zeros((1, 4, 4, 4), "float32"))
