"""The recipe of `write_forecast`: a file scored by the package `scores` equals its arrays."""

import numpy as np
import pytest
import xarray

from st_keras.datasets import write_forecast
from tests.datasets.forecast_files.forecasts import GRID, MADE, STEP, rain

scores = pytest.importorskip("scores")
LEADS = 4


@pytest.fixture
def archive(tmp_path):
    """A Zarr archive of ten scans from the first forecast's time on."""
    frames = rain(10, 6, 5, seed=7)
    times = MADE[0].astype("M8[ns]") + np.arange(10) * STEP
    coordinates = {"time": times, "y": GRID.y, "x": GRID.x}
    array = xarray.DataArray(frames, coordinates, ("time", "y", "x"), name="rain")
    array.to_dataset().to_zarr(tmp_path / "radar.zarr", zarr_format=2, consolidated=True)
    return tmp_path / "radar.zarr", frames


@pytest.mark.parametrize("suffix", [".nc", ".zarr"])
def test_mae_and_csi_by_lead_time(tmp_path, archive, suffix):
    folder, seen = archive
    forecasts = rain(3, LEADS, 6, 5)
    path = write_forecast(
        tmp_path / f"nowcast{suffix}", forecasts[..., None], reference_time=MADE, step=STEP,
        grid=GRID, units="mm/h", name="rain",
    )  # fmt: skip
    with xarray.open_dataset(path) as file, xarray.open_zarr(folder) as known:
        forecast = file["rain"].load()
        truth = known["rain"].sel(time=forecast.valid_time).load()
    mae = scores.continuous.mae(forecast, truth, preserve_dims="lead_time")
    events = scores.categorical.ThresholdEventOperator(default_event_threshold=1.0)
    counts = events.make_contingency_manager(forecast, truth)
    csi = counts.transform(preserve_dims="lead_time").critical_success_index()
    for lead in range(LEADS):
        # Forecast n was made at scan 2 n: its first frame is scan 2 n + 1.
        ahead = forecasts[:, lead].astype("float64")
        came = np.stack([seen[2 * n + 1 + lead] for n in range(3)]).astype("float64")
        both = np.isfinite(ahead) & np.isfinite(came)
        assert mae[lead].item() == pytest.approx(np.abs(ahead - came)[both].mean(), rel=1e-6)
        hits = ((ahead >= 1) & (came >= 1))[both].sum()
        either = ((ahead >= 1) | (came >= 1))[both].sum()
        assert csi[lead].item() == pytest.approx(hits / either, rel=1e-9)


def test_crps_of_members(tmp_path, archive):
    folder, seen = archive
    members = np.nan_to_num(rain(5, LEADS, 6, 5))
    path = write_forecast(
        tmp_path / "a.nc", members[..., None], axes="MTHWC", reference_time=MADE[0], step=STEP,
        grid=GRID, name="rain",
    )  # fmt: skip
    with xarray.open_dataset(path) as file, xarray.open_zarr(folder) as known:
        forecast = file["rain"].load()
        truth = known["rain"].sel(time=forecast.valid_time).load()
    found = scores.probability.crps_for_ensemble(
        forecast, truth, ensemble_member_dim="realization", method="fair", preserve_dims="lead_time"
    )
    for lead in range(LEADS):
        x, y = members[:, lead].astype("float64"), seen[1 + lead].astype("float64")
        pairs = np.abs(x[:, None] - x[None]).sum(axis=(0, 1)) / (2 * 5 * 4)
        crps = np.abs(x - y).mean(axis=0) - pairs
        assert found[lead].item() == pytest.approx(np.nanmean(crps), rel=1e-6)
