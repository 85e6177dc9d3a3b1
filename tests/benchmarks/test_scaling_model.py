import pytest

from benchmarks.scaling_model import efficiency, exchange_seconds, fitted_link


def test_a_ring_sends_each_byte_nearly_twice():
    assert exchange_seconds(1e9, 1, 1e9) == 0
    assert exchange_seconds(1e9, 2, 1e9) == pytest.approx(1.0)
    assert exchange_seconds(1e9, 1000, 1e9) == pytest.approx(2.0, rel=2e-3)
    assert exchange_seconds(0, 5, 1e9, latency=0.5) == pytest.approx(4.0)


def test_efficiency():
    assert efficiency(3.0, 0.0) == 1
    assert efficiency(3.0, 3.0) == 0.5
    assert efficiency(3.0, 3.0, overlap=1.0) == 1
    assert efficiency(3.0, 0.0, input_seconds=6.0) == 0.5


@pytest.mark.parametrize("replicas", [2, 8])
def test_the_link_is_found_again(replicas):
    points = [(n, exchange_seconds(n, replicas, 2e8, 3e-4)) for n in (4096, 5_000_000)]
    assert fitted_link(*points, replicas) == (pytest.approx(2e8), pytest.approx(3e-4))
