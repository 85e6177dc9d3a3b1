import pathlib
import threading

import numpy as np
import pytest

from st_keras.datasets import SequenceDataset
from st_keras.datasets.archives.mapped_values import MappedValues, mapped_on_demand


def resident_file_mib():
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    of_maps = ("RssFile", "RssShmem")  # a folder of temporary files may lie in memory
    return sum(int(line.split()[1]) for line in lines if line.startswith(of_maps)) / 1024


@pytest.fixture
def large(tmp_path):
    """A sparse file of 96 MiB."""
    path = tmp_path / "large.npy"
    np.lib.format.open_memmap(path, "w+", "uint8", (96, 1024, 1024))
    return np.load(path, mmap_mode="r")


def test_reading_through_leaves_no_pages_behind(large):
    before = resident_file_mib()
    held = []
    for t in range(96):
        held.append(resident_file_mib() - before)
        np.array(large[t])
    assert held[-1] > 80, "a map itself keeps what was read"
    values = MappedValues(large, kept=8 * 2**20)
    for t in range(96):
        values[t]
    assert resident_file_mib() - before < 20


def test_values_are_those_of_the_array(tmp_path):
    frames = np.random.default_rng(0).integers(0, 255, (2, 20, 6, 5), "uint8")
    np.save(tmp_path / "frames.npy", frames)
    mapped = np.load(tmp_path / "frames.npy", mmap_mode="r")
    values = MappedValues(mapped[:, 3:], kept=1)  # a view; pages are handed back after each part
    assert values.shape == (2, 17, 6, 5) and values.dtype == "uint8"
    np.testing.assert_array_equal(values[1, 2:9], frames[1, 5:12])
    assert not isinstance(values[0], np.memmap)
    one, other = (SequenceDataset.from_arrays(v, 2, 2) for v in (values, frames[:, 3:]))
    assert one.card() == other.card() and one.fingerprint() == other.fingerprint()


def test_several_threads_read_what_is_there(tmp_path):
    frames = np.random.default_rng(0).integers(0, 255, (64, 64, 64), "uint8")
    np.save(tmp_path / "frames.npy", frames)
    values = MappedValues(np.load(tmp_path / "frames.npy", mmap_mode="r"), kept=1)
    wrong = []

    def read(first):
        for t in range(first, 64, 4):
            if not np.array_equal(values[t], frames[t]):
                wrong.append(t)

    threads = [threading.Thread(target=read, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_an_array_in_memory_is_read_as_it_is():
    frames = np.arange(8).reshape(2, 2, 2)
    assert MappedValues(frames, kept=1)[1].tolist() == [[4, 5], [6, 7]]


@pytest.mark.parametrize("order", "CF")
def test_mapped_only_while_it_is_read(tmp_path, order):
    frames = np.asarray(np.random.default_rng(0).random((9, 6, 5)), order=order)
    np.save(tmp_path / "frames.npy", frames)
    mapped = np.load(tmp_path / "frames.npy", mmap_mode="r")
    values = mapped_on_demand(mapped)
    assert values.shape == (9, 6, 5) and values.dtype == "float64"
    np.testing.assert_array_equal(values[2:9, 1], frames[2:9, 1])
    assert not isinstance(values[0], np.memmap)
    assert mapped_on_demand(frames) is frames
    view = mapped[2:]
    assert mapped_on_demand(view) is view
