"""What all functions of arrays ask of frames."""

import numpy as np
import pytest

from st_keras.metrics.radar.frame_arrays import check_frames, check_members, unknown_forecasts
from tests.metrics.radar.rain_fields import rain_pair


@pytest.mark.parametrize(
    "dtype, becomes", [("uint8", "float64"), ("float16", "float64"), ("float32", "float32")]
)
def test_dtypes(dtype, becomes):
    frames = np.ones((1, 2, 3, 3, 1), dtype)
    assert [a.dtype.name for a in check_frames("f", frames, frames)] == [becomes] * 2


def test_members_of_a_list_stand_behind_the_windows():
    truth, forecast = rain_pair()
    _, members = check_members("f", truth, [forecast, 2 * forecast, 3 * forecast])
    assert members.shape == (3, 3, 4, 12, 10, 1)
    np.testing.assert_array_equal(members[:, 2], 3 * forecast)


def test_unknown_where_the_truth_is_valid():
    truth, forecast = rain_pair()
    forecast[np.isnan(truth)] = np.nan
    assert not unknown_forecasts(truth, forecast).any()
    truth[1, 2, 0, 0, 0], forecast[1, 2, 0, 0, 0] = 1.0, np.nan
    assert np.argwhere(unknown_forecasts(truth, forecast)).tolist() == [[1, 2]]
