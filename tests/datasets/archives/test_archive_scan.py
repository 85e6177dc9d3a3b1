"""Statistics block by block are those of all values at once, wherever they are made."""

import numpy as np
import pytest

from st_keras.datasets.archives import archive_scan
from st_keras.datasets.archives.archive import open_archive
from st_keras.datasets.archives.archive_scan import scan_archive
from st_keras.datasets.windows.frame_view import view_frames
from st_keras.datasets.windows.missing_value import missing_codes
from st_keras.validation import error
from tests.refusals import refused

RNG = np.random.default_rng(0)


@pytest.fixture
def rain(tmp_path, monkeypatch):
    """An archive in blocks of a few frames, with NaN, a code and zeros."""
    monkeypatch.setattr(archive_scan, "_BLOCK_VALUES", 300)
    values = RNG.integers(1, 200, (2, 15, 6, 10)).astype("float32")
    values[0, 3], values[1, 4, 2, 2], values[1, 9, :2] = np.nan, -99, 0
    np.save(tmp_path / "rain.npy", values)
    frames, _ = open_archive("here", tmp_path / "rain.npy")
    view = view_frames("here", frames.values, frames.axes)
    return values, view, missing_codes("here", -99, view.dtype, nan_is_missing=True), frames.origin


def check(scan, values):
    there = np.where(values == -99, np.nan, values).astype("float64")
    assert scan.frames.value_range([(0, 0, 15), (1, 0, 15)]) == (np.nanmin(there), np.nanmax(there))
    np.testing.assert_array_equal(scan.frames.missing, np.isnan(there).sum(axis=(2, 3)))
    np.testing.assert_array_equal(scan.sample, np.sort(there[~np.isnan(there)]))
    assert (scan.zeros, scan.bad, scan.num_values) == (20, 0, values.size)
    assert scan.frames.wholly_missing().sum() == 1 and scan.frames.seen.all()


@pytest.mark.parametrize("scheduler", [None, "threads"])
def test_is_that_of_all_values(rain, scheduler):
    values, view, codes, _ = rain
    check(scan_archive("here", view, codes, scheduler=scheduler), values)


def test_on_a_cluster_each_worker_opens_the_archive(rain, monkeypatch):
    distributed = pytest.importorskip("distributed")
    values, view, codes, origin = rain
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    )
    with cluster:
        address = cluster.scheduler_address
        check(scan_archive("here", view, codes, origin, address), values)
        refused("frames of this process alone", scan_archive, "here", view, codes, None, address)


def test_a_sample_is_spread_over_all_frames(rain):
    values, view, codes, _ = rain
    scan = scan_archive("here", view, codes, sample=400)
    assert 200 < len(scan.sample) < 500
    there = values[(values != -99) & ~np.isnan(values)]
    np.testing.assert_allclose(np.percentile(scan.sample, 50), np.median(there), atol=15)


def test_infinity_is_counted_and_the_first_is_named(rain):
    values, *_ = rain
    values[1, 4, 2, 3], values[1, 14, 0, 0] = np.inf, -np.inf
    view = view_frames("here", values)
    scan = scan_archive("here", view, missing_codes("here", -99, view.dtype, True))
    assert scan.bad == 2 and scan.first_bad == (1, 4, 2, 3, 0)
    assert np.isfinite(scan.sample).all()
    assert scan.frames.value_range([(1, 0, 15)])[1] < 200


def test_progress_is_told(rain):
    _, view, codes, _ = rain
    told = []

    def bar(blocks, count):
        told.append(count)
        return blocks

    scan_archive("here", view, codes, bar=bar)
    assert told == [6]


def test_no_scheduler_there(rain, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(archive_scan, "TIMEOUT", 0.5)
    _, view, codes, origin = rain
    refused(
        "where no dask scheduler answers.*dask scheduler",
        scan_archive,
        "h",
        view,
        codes,
        origin,
        "tcp://127.0.0.1:1",
    )


class Damaged:
    """A view some of whose frames cannot be read."""

    def __init__(self, view, *places):
        self._view, self._places = view, places
        self.shape, self.lengths, self.dtype = view.shape, view.lengths, view.dtype

    def read(self, n, start, stop):
        if any(n == m and start <= t < stop for m, t in self._places):
            raise error("here", "a chunk that is broken", "a whole one", "Copy it again.")
        return self._view.read(n, start, stop)


@pytest.mark.parametrize("scheduler", [None, "threads"])
def test_damaged_frames_are_told_and_the_others_looked_at(rain, scheduler):
    values, view, codes, _ = rain
    values[0, 12, 0, 0] = np.inf
    view = view_frames("here", values)
    scan = scan_archive("here", Damaged(view, (0, 1), (0, 10), (1, 14)), codes, scheduler=scheduler)
    assert [place[:2] for place in scan.damaged] == [(0, 1), (0, 10), (1, 14)]
    assert "a chunk that is broken" in scan.damaged[0][2] and scan.unread == 3 * 60
    assert scan.first_bad == (0, 12, 0, 0, 0) and scan.bad == 1
    there = np.where(values == -99, np.nan, values).astype("float64")
    there[[0, 0, 1], [1, 10, 14]] = np.nan
    highest = np.where(np.isfinite(there), there, -np.inf).max(axis=(2, 3))
    np.testing.assert_array_equal(scan.frames.high, highest)
    sampled = there[np.isfinite(there)]
    np.testing.assert_array_equal(scan.sample, np.sort(sampled))
