"""The Python of README runs, made small by replacing its numbers."""

import pathlib
import re

import numpy as np
import pytest
import xarray

from tests.cli.conftest import squares

README = (pathlib.Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
SMALLER = {
    "filters=(64,) * 4, kernel_size=5": "filters=(4, 4), kernel_size=3",
    "steps_per_epoch=1_000": "steps_per_epoch=1",
    "epochs=10": "epochs=2",
}
SMALLER_ARCHIVE = {
    "filters=(64,) * 4": "filters=(4,)",
    "crop=256": "crop=8",
    'by="days", days=3': "",
    "horizon=12": "horizon=2",
}
SMALLER_CODES = {
    "batch_size=32": "batch_size=2",
    "steps_per_epoch=1_000": "steps_per_epoch=1",
    "epochs=10": "epochs=2",
    "draw_images(1_000,": "draw_images(50,",
    "evaluate(model, pairs)": "evaluate(model, pairs, num_samples=60, scores=('mcc',))",
}


BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def run_block(block, smaller):
    """Run the Python of a block with smaller numbers; return its names."""
    for original, small in smaller.items():
        assert original in block
        block = block.replace(original, small)
    names = {}
    exec(compile(block, "README.md", "exec"), names)
    return names


def test_forecasting_blocks_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("radar.npy", squares(1, 200)[0])  # (200, 16, 24): one long series
    assert len(BLOCKS) == 6
    for block in BLOCKS[:2]:
        names = run_block(block, SMALLER)
        assert np.isfinite(names["future"]).all()
    assert names["future"].shape == (1, 12, 16, 24, 1)
    assert (tmp_path / "m.keras").is_file()
    assert (tmp_path / "saved_models" / "digits" / "1" / "saved_model.pb").is_file()


def test_archive_block_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rain = np.random.default_rng(0).random((60, 16, 20)).astype("float32")
    rain[:, :, :3] = np.nan
    times = np.datetime64("2026-06-01", "s") + 5 * np.arange(60).astype("m8[m]")
    coords = {"time": times, "y": np.arange(16.0), "x": np.arange(20.0)}
    array = xarray.DataArray(rain, coords, ("time", "y", "x"), "rainfall_rate", {"units": "mm h-1"})
    array.to_dataset().to_zarr("radar.zarr", consolidated=False)
    names = run_block(BLOCKS[2], SMALLER_ARCHIVE)
    assert "rainfall_rate" in capsys.readouterr().out
    model, train = names["model"], names["train"]
    model.compile("adam")
    history = model.fit(train.as_dataset(2), steps_per_epoch=1, shuffle=False, verbose=0)
    assert np.isfinite(history.history["loss"]).all()


def test_nowcast_block_runs():
    smaller = {"model = ": "context = st_keras.datasets.sample_rain().frames[None, :6]\nmodel = "}
    smaller = {"members=20": "members=2", **smaller}
    names = run_block(f"import st_keras\n{BLOCKS[3]}", smaller)
    assert names["rain"].shape == (1, 12, 128, 128, 1)
    assert names["members"].shape == (1, 2, 12, 128, 128, 1)


def test_disentangling_block_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = run_block(BLOCKS[4], SMALLER_CODES)
    assert names["codes"].shape == (50, 10)
    assert (tmp_path / "slowvae.keras").is_file()
    assert "mcc" in capsys.readouterr().out


@pytest.mark.long
def test_the_block_that_goes_on_runs_twice(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = run_block(BLOCKS[5], SMALLER)
    assert names["resume"].position == 2
    again = run_block(BLOCKS[5], SMALLER)
    assert again["model"].optimizer.iterations == 2  # nothing was left to train
    assert list((tmp_path / "run" / "tensorboard").iterdir())


def test_the_first_two_commands_are_the_whole_set_up():
    first = re.search(r"```\n(.*?)```", README, re.DOTALL).group(1).splitlines()
    assert first[0].startswith("pip install -e . && st-keras demo")
    assert first[1].startswith('pip install -e ".[test]" && pytest')
