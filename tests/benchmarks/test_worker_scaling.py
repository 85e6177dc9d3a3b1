import pytest

from benchmarks import worker_scaling


def test_two_workers_against_one():
    alone = [{"step": 0.08}, {"step": 0.09}]
    together = [
        {"step": 0.11, "exchange": [(4096, 0.001), (4_000_000, 0.021)]},
        {"step": 0.12, "exchange": []},
    ]
    found = worker_scaling.compared(alone, together)
    assert found["exchange"] == pytest.approx(0.021)
    assert found["efficiency"] == pytest.approx(0.75)
    assert found["predicted"] == pytest.approx(0.09 / 0.111)
    text = worker_scaling.report(found)
    assert "4.00 MB" in text and "120.0 ms" in text and "0.75" in text and "0.81" in text


def test_prediction(capsys):
    worker_scaling.main(["--predict", "--step-ms", "100", "--parameters", "25000000"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + len(worker_scaling.LINKS)
    # 100 MB over 10 Gbit/s: 1.75 * 80 ms, and 14 messages of 50 us.
    assert lines[-1].split()[-3:] == ["140.70", "0.415", "0.587"]
    efficiencies = [float(line.split()[-2]) for line in lines[1:]]
    assert efficiencies[0] > 0.99
    assert all(0 < e <= 1 for e in efficiencies)


def test_ports_are_free_and_differ():
    first, second = worker_scaling._free_ports()
    assert first != second
