"""What is continued where the last scan has no data, and what is said of what nobody saw."""

import numpy as np
import pytest
from keras import ops

from st_keras.models import Nowcaster
from st_keras.models.nowcaster.lagrangian_state import LagrangianState, _newest
from tests.moving_fields import moving

INSIDE = np.s_[16:-16, 16:-16]


def numpy_of(tensor):
    return ops.convert_to_numpy(tensor)


def rain(size=64):
    """(1, 6, H, W, 1) mm/h that moves by (1, -1)."""
    frames = np.maximum(np.exp(moving((size, size), (1, -1))[0]) - 1, 0)
    return np.moveaxis(frames, -1, 0)[None, ..., None].astype("float32")


def test_each_of_the_three_newest_frames_is_filled_by_older_ones():
    rng = np.random.default_rng(0)
    frames = rng.random((1, 3, 4, 6)).astype("float32")
    valid = (rng.random(frames.shape) < 0.4).astype("float32") * rng.random(frames.shape)
    valid = valid.astype("float32")
    filled, known = (numpy_of(each) for each in _newest(frames, valid))
    assert filled.shape == known.shape == (1, 3, 4, 3)
    empty = 0
    for row, column in np.ndindex(3, 4):
        for k in range(3):
            there = [n for n in range(k, 6) if valid[0, row, column, n] > 0]
            empty += not there
            if there:
                assert filled[0, row, column, k] == frames[0, row, column, there[0]]
            share = valid[0, row, column, there[0]] if there else 0
            assert known[0, row, column, k] == share
    assert empty  # a pixel that no frame knows is among them


@pytest.mark.parametrize("lost", [1, 2])
@pytest.mark.parametrize("given", [True, False])
def test_the_scan_before_a_missing_one_is_moved_on(lost, given):
    frames, late = rain(), rain()
    late[:, -lost:] = np.nan
    motion = np.broadcast_to(np.float32([1, -1]), (1, 64, 64, 2)) if given else None
    whole, found = (
        {k: numpy_of(v) for k, v in LagrangianState()(each, steps=2, motion=motion).items()}
        for each in (frames, late)
    )
    np.testing.assert_allclose(found["known"][0][INSIDE], 1.0)
    error = found["mean"][0, :, *INSIDE] - whole["mean"][0, :, *INSIDE]
    assert np.abs(error).mean() < 0.1 * whole["mean"][0, :, *INSIDE].std()


def test_a_missing_last_scan_is_no_dry_forecast():
    frames, late = rain(), rain()
    late[:, -1] = np.nan
    model = Nowcaster(residual=None)
    whole, found = (model.forecast(each, 2, "median")[0, ..., 0] for each in (frames, late))
    assert np.isfinite(found).all()
    inside = np.s_[:, 16:-16, 16:-16]
    assert np.abs(found - whole)[inside].mean() < 0.2 * whole[inside].mean()
    # As far as it would be from no rain, or from a scan that was not moved on.
    assert np.corrcoef(found[inside].ravel(), whole[inside].ravel())[0, 1] > 0.97


def test_of_what_no_frame_knows_anything_may_be():
    frames = rain()
    frames[:, :, 20:40, 20:40] = np.nan
    still = np.zeros((1, 64, 64, 2), "float32")
    found = {k: numpy_of(v) for k, v in LagrangianState()(frames, steps=3, motion=still).items()}
    assert all(np.isfinite(each).all() for each in found.values())
    unknown = found["known"][0, ..., 0] == 0
    assert unknown[20:40, 20:40].all() and unknown.sum() == 400
    assert found["sd"][0, :, unknown].min() >= 0.5  # of the logarithm: a factor of 3
    assert found["sd"][0, 0][~unknown].max() < 0.5
    nothing = LagrangianState()(np.full_like(frames, np.nan), steps=3)
    assert numpy_of(nothing["sd"]).min() >= 0.5 and numpy_of(nothing["known"]).max() == 0
