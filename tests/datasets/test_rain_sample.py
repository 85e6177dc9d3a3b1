"""The rain that comes with the package."""

import numpy as np
import pytest

from benchmarks import sample_rain as maker
from st_keras.datasets import RainSample, SequenceDataset, sample_rain
from st_keras.datasets.rain_sample import CODES, FILE, FOLDER
from st_keras.datasets.readers.npz import read_npz
from tests.architecture.sources import REPOSITORY
from tests.refusals import refused


def test_all_frames():
    rain = sample_rain()
    assert isinstance(rain, RainSample)
    assert rain.frames.shape == (36, 128, 128, 1) and rain.frames.dtype == np.float32
    assert np.isfinite(rain.frames).all() and rain.frames.min() == 0
    assert 10 < rain.frames.max() < 200
    assert (rain.minutes, rain.units) == (2, "mm/h")
    assert "NOAA/NSSL" in rain.credit and "Pulkkinen" in rain.credit
    assert rain.times[0] == np.datetime64("2019-06-10T00:00")
    assert (np.diff(rain.times) == np.timedelta64(2, "m")).all()


def test_rows_go_south_and_columns_east():
    grid = sample_rain().grid
    assert grid.y.shape == grid.x.shape == (128,)
    np.testing.assert_allclose(np.diff(grid.y), -0.04, atol=1e-9)
    np.testing.assert_allclose(np.diff(grid.x), 0.04, atol=1e-9)
    assert grid.y_attributes["standard_name"] == "latitude"


def test_every_third_frame_is_six_and_six():
    rain, whole = sample_rain(step_minutes=6), sample_rain()
    np.testing.assert_array_equal(rain.frames, whole.frames[::3])
    np.testing.assert_array_equal(rain.times, whole.times[::3])
    windows = SequenceDataset.from_arrays(rain.frames[None], context_length=6, horizon=6)
    assert windows.num_windows == 1
    assert sample_rain(70).frames.shape[0] == 2


@pytest.mark.parametrize("step", [3, 72])
def test_steps_between_the_measured_ones(step):
    refused(rf"sample_rain: received step_minutes={step}\. Required: a mult", sample_rain, step)


def test_no_step():
    refused(r"sample_rain: received step_minutes=0\. Required: an int", sample_rain, 0)


def test_a_damaged_installation(tmp_path, monkeypatch):
    (tmp_path / "cut.npz").write_bytes(FILE.read_bytes()[:1000])
    monkeypatch.setattr("st_keras.datasets.rain_sample.FILE", tmp_path / "cut.npz")
    refused("sample_rain: received .*cut.npz'", sample_rain)


def test_it_is_small_and_its_card_says_whose_it_is():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 500_000
    card = (FOLDER / "README.md").read_text(encoding="utf-8")
    for fact in ("NOAA/NSSL", "public domain", "pySTEPS", "Pulkkinen", FILE.name, CODES):
        assert fact in card
    assert "samples/*" in (REPOSITORY / "setup.cfg").read_text(encoding="utf-8")


def three_windows(folder):
    """Write a small file of the same form; return its third window."""
    tenths = np.random.default_rng(0).integers(0, 40, (3, 2, 8, 12), dtype="uint16")
    np.savez(
        folder / maker.SOURCE,
        rate_tenths_mm_per_h=tenths,
        time_utc=["2019-06-10T00:00Z", "2019-06-10T00:02Z"],
        window_nw_lat_lon=np.array([[0.0, 0.0], [0.0, 0.0], [40.0, -87.0]]),
    )
    return tenths[2]


def test_the_maker_keeps_the_side_of_every_threshold(tmp_path, capsys):
    tenths = three_windows(tmp_path)
    maker.main(["--data", str(tmp_path), "--out", str(tmp_path / "new")])
    assert "kB" in capsys.readouterr().out
    made = read_npz("test", tmp_path / "new" / FILE.name)
    means = np.array(
        [
            [[block.mean() for block in np.split(row, 3, axis=1)] for row in np.split(frame, 2)]
            for frame in tenths
        ]
    )
    np.testing.assert_allclose(made[CODES], 10 * means, atol=0.5)
    for threshold in np.arange(1, 40):
        np.testing.assert_array_equal(made[CODES] >= 10 * threshold, means >= threshold)
    np.testing.assert_allclose(made["latitude"], [39.985, 39.945])
    np.testing.assert_allclose(made["longitude"], [-86.985, -86.945, -86.905])


def test_the_file_is_made_of_its_source(data_file):
    made, shipped = maker.made_of(data_file(maker.SOURCE)), read_npz("test", FILE)
    assert set(made) == set(shipped)
    for name, array in made.items():
        np.testing.assert_array_equal(array, shipped[name])
        assert array.dtype == shipped[name].dtype
