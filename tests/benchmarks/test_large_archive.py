"""An archive larger than memory, here a small one: what is written, read and told."""

import json
import time

import numpy as np
import pytest

from benchmarks import archive_files, input_pipeline
from benchmarks.large_archive import archive_table
from benchmarks.sampled_memory import SampledMemory
from tests.benchmarks.test_input_pipeline import TINY

ARGUMENTS = ["--batches=2", "--rounds=2", "--frames=4", "--size=32", "--json"]


@pytest.mark.parametrize("kind", ["npy", "hdf5", "zarr"])
def test_a_row(kind, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(input_pipeline, "NETWORKS", TINY)
    more = [f"--archive={kind}", "--gigabytes=0.0002", "--parallel=2", f"--folder={tmp_path}"]
    assert input_pipeline.main([*ARGUMENTS, *more]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["frames"] == 195 and row["windows"] == 192 and row["archive"] == kind
    assert row["gigabytes"] == pytest.approx(195 * 32 * 32 / 1e9)
    for name in ("open_seconds", "first_batch_seconds", "frames_per_second", "peak_memory_mib"):
        assert row[name] > 0
    ratio = row["frames_per_second"] / row["training_frames_per_second"]
    assert row["times_training"] == pytest.approx(ratio)
    assert f"x{ratio:.1f} |" in archive_table(row)
    assert not list(tmp_path.iterdir()), "removed again"


def test_without_training(capsys):
    more = ["--archive=npy", "--gigabytes=0.0002", "--no-training"]
    assert input_pipeline.main([*ARGUMENTS, *more]) == 0
    row = json.loads(capsys.readouterr().out)
    assert "times_training" not in row and "training" not in archive_table(row)


@pytest.mark.parametrize("suffix", [".npy", ".h5"])
def test_a_sparse_archive_takes_no_room(suffix, tmp_path):
    path = tmp_path / f"a{suffix}"
    stored = archive_files.write_large(path, 3000, 64)
    assert stored < 0.1 * 3000 * 64 * 64
    frames = archive_files.open_frames(path)
    assert frames.shape == (3000, 64, 64)
    assert np.array(frames[2000]).any() and not np.array(frames[1]).any()


def test_of_zarr_every_chunk_is_stored(tmp_path):
    path = tmp_path / "a.zarr"
    archive_files.write_large(path, 100, 32)
    frames = archive_files.open_frames(path)
    assert frames.chunks == (1, 32, 32)
    assert all(np.asarray(frames[t]).any() for t in range(100))
    np.testing.assert_array_equal(frames[64:100], archive_files.rain(64, 32)[:36])


def test_rain_is_mostly_dry():
    frames = archive_files.rain(4, 40)
    assert frames.shape == (4, 40, 40) and frames.dtype == "uint8"
    assert 0.5 < (frames == 0).mean() < 0.9 and frames.max() > 100


def test_no_room(tmp_path):
    with pytest.raises(ValueError, match=r"--gigabytes: received 1e\+09 of stored .*larger disk"):
        input_pipeline.main([*ARGUMENTS, "--archive=zarr", "--gigabytes=1e9"])


def test_memory_is_seen_while_it_is_held():
    with SampledMemory() as memory:
        before = memory.own_mib
        kept = np.ones(50 * 2**20, "uint8")
        time.sleep(0.3)
        del kept
    assert memory.own_mib > before + 10
    assert memory.peak_mib > 50
