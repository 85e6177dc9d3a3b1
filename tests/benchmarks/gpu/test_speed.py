import pytest

from benchmarks.gpu import speed
from benchmarks.speed.contestant import OURS, PEER, Contestant
from tests.benchmarks.gpu.tiny_settings import tiny_settings


def test_the_first_call_and_a_warm_turn_do_not_count(monkeypatch):
    settings = tiny_settings()
    asked = []

    def answers(contestant, options, questions, prepare):
        asked.extend(questions)
        yield {"first_seconds": 9.0}
        yield {"seconds": [5.0]}
        yield {"seconds": [0.1, 0.3, 0.2]}
        yield {"peak_mib": 12.3}

    monkeypatch.setattr(speed, "answers", answers)
    settings.flop = 2e11
    found = speed.timed(Contestant(OURS, speed.MODEL, "float32", "train"), settings)
    assert asked == ["turn", "turn", "finish"]
    assert found["text"] == "first 9.0 s, then 200 ms, 5 steps/s, 1 TFLOP/s, peak 12 MiB"
    assert (found["first_seconds"], found["median_seconds"], found["calls"]) == (9.0, 0.2, 3)


def test_pytorch():
    pytest.importorskip("torch", reason="needs PyTorch: pip install 'st_keras[torch]'")
    found = speed.run({"by": PEER, "policy": "mixed_bfloat16"}, tiny_settings())
    assert found["status"] == "ok" and found["median_seconds"] > 0
