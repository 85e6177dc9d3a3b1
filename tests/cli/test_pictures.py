"""Strip and animation of frames with any number of channels."""

import numpy as np
import pytest
from PIL import Image

from st_keras.cli.pictures import draw_forecast


@pytest.mark.parametrize("channels", [1, 2, 3, 5])
@pytest.mark.parametrize("value_range", [(0.0, 1.0), (3.0, 3.0)])
def test_draws(channels, value_range, tmp_path):
    frames = np.random.default_rng(0).random((5, 8, 8, channels))
    paths = draw_forecast(
        tmp_path / "strip.png",
        tmp_path / "moving.gif",
        frames[:3],
        None if channels == 5 else frames[3:],
        {"forecast": frames[3:]},
        value_range,
    )
    for path, count in zip(paths, (1, 5), strict=True):
        with Image.open(path) as picture:
            assert getattr(picture, "n_frames", 1) == count
