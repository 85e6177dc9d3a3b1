"""Forecasts and truth on one grid: rows, columns, mapping; and of what knows none, the size."""

import dataclasses

import numpy as np
import pytest

from st_keras.datasets import (
    Frames,
    Grid,
    SequenceDataset,
    check_same_grid,
    open_forecast,
    write_forecast,
)
from tests.refusals import refused

GRID = Grid(
    y=np.arange(8.0), x=np.arange(6.0), mapping={"grid_mapping_name": "stereographic", "lat": 90}
)
VALUES = np.random.default_rng(0).random((12, 8, 6))


def truth(grid=GRID, **reading):
    return SequenceDataset.from_frames(
        Frames(values=VALUES, axes="THW", grid=grid), 2, 2, **reading
    )


@pytest.mark.parametrize(
    "change, message",
    [
        ({"y": GRID.y + 1}, r"forecasts at y = 0 \.\. 7 for a truth at y = 1 \.\. 8"),
        ({"x": GRID.x * 2}, r"at x = 0 \.\. 5 for a truth at x = 0 \.\. 10"),
        ({"x": np.arange(5.0)}, "forecasts of 8 x 6 pixels for a truth of 8 x 5"),
        ({"mapping": {**GRID.mapping, "lat": 60}}, "grid mapping has lat=90 for .* lat=60"),
    ],
)
def test_other_grids(change, message):
    other = dataclasses.replace(GRID, **change)
    refused(f"evaluate: received .*{message}.*one grid", check_same_grid, GRID, other, "evaluate")


def test_forecasts_datasets_and_frames(tmp_path):
    path = write_forecast(tmp_path / "a.nc", np.zeros((2, 8, 6, 1)), grid=GRID)
    forecast = open_forecast(path)
    check_same_grid(forecast, truth())
    check_same_grid(forecast, truth(grid=None))
    check_same_grid(forecast, Frames(values=VALUES, axes="THW"))
    check_same_grid(dataclasses.replace(forecast, grid=None), truth())
    refused("8 x 6 pixels for a truth of 4 x 3", check_same_grid, forecast, truth(coarsen=2))
    smaller = Frames(values=VALUES[:, :7], axes="THW")
    refused("8 x 6 pixels for a truth of 7 x 6", check_same_grid, forecast, smaller)


def test_a_coarse_dataset_has_the_grid_of_its_blocks():
    grid = truth(coarsen=3).grid
    assert grid.y.tolist() == [1.0, 4.0] and grid.x.tolist() == [1.0, 4.0]
    assert grid.mapping == GRID.mapping and truth().grid.differs_from(GRID) is None
