"""Pipelines against training, tiny; and that a batch is made when it is asked for."""

import json

import numpy as np
import pytest

from benchmarks import input_pipeline
from st_keras.datasets.batch_pipeline import batch_pipeline

TINY = {"small": {"filters": (4,), "kernel_size": 3, "patch_size": 8}}


def test_rows(monkeypatch, capsys):
    monkeypatch.setattr(input_pipeline, "NETWORKS", TINY)
    arguments = ["--batches=2", "--rounds=1", "--frames=4", "--size=32", "--json"]
    assert input_pipeline.main(arguments) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["pipeline"], row["model"]) for row in rows] == [
        ("moving digits", "small"),
        ("mixed modes", "small"),
        ("frames .npy, mapped", "small"),
        ("frames .npz, in memory", "small"),
        ("frames HDF5, in memory", "small"),
        ("archive Zarr", "small"),
        ("archive NetCDF", "small"),
        ("archive HDF5", "small"),
        ("sprites", "slowvae"),
    ]
    for row in rows:
        assert row["batch"] == 2 and row["sequences_per_second"] > 0
        frames = 2 if row["model"] == "slowvae" else 4
        assert row["frames_per_second"] == pytest.approx(frames * row["sequences_per_second"])
        ratio = row["sequences_per_second"] / row["training_sequences_per_second"]
        assert row["times_training"] == pytest.approx(ratio)
        assert row["waiting_share"] == pytest.approx(1 / (1 + ratio))
    assert input_pipeline.table(rows).count("\n") == len(rows) + 3


def test_verdict():
    fast = input_pipeline.row("digits", "small", 4, 0.1, 0.5, 1_000_000, 20)
    assert fast["verdict"] == "x5.0 of what training takes"
    near = input_pipeline.row("digits", "small", 4, 0.1, 0.3, 1_000_000, 20)
    assert near["verdict"] == "x3.0 of what training takes, less than x5"
    assert (fast["megabytes_per_second"], fast["sequences_per_second"]) == pytest.approx((10, 40))
    slow = input_pipeline.row("digits", "small", 4, 0.3, 0.1, 1_000_000, 20)
    assert slow["verdict"].endswith("TOO SLOW")


def test_nothing_is_made_ahead():
    made = []

    def read(epoch, batch):
        made.append(batch)
        return np.zeros((2,), "float32")

    batches = iter(input_pipeline.without_prefetch(batch_pipeline(read, (2,))))
    for count in range(1, 4):
        next(batches)
        assert made == list(range(count))


def test_refuses(capsys):
    with pytest.raises(SystemExit) as stop:
        input_pipeline.main(["--batches=0"])
    assert stop.value.code == 2
    assert "received '0'" in capsys.readouterr().err
