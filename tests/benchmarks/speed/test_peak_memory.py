import numpy as np

from benchmarks.speed import peak_memory
from benchmarks.speed.contestant import OURS, Contestant
from benchmarks.speed.peak_memory import MIB, MemoryAbove
from tests.benchmarks.speed.tiny_options import tiny_options


def test_what_comes_later_is_counted():
    memory = MemoryAbove(Contestant(OURS, "convlstm", "float32", "step"), tiny_options())
    before = memory.peak_mib()
    block = np.ones(300 * MIB, "uint8")
    # This process may have been larger once than it was when counting began.
    assert memory.peak_mib() >= max(before, block.nbytes / MIB - 50)


def test_elsewhere_the_largest_size_so_far_counts(monkeypatch):
    monkeypatch.setattr(peak_memory, "_status", lambda name: None)
    assert peak_memory.resident_bytes() == peak_memory.peak_bytes() > 10 * MIB
