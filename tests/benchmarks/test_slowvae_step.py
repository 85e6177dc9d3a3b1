"""The benchmark runs, each contestant once a round."""

import time

import numpy as np

from benchmarks import slowvae_step


def test_contestants_take_turns():
    order = []
    contestants = {name: (lambda name=name: order.append(name)) for name in "ab"}
    seconds = slowvae_step.in_turns(contestants, rounds=2)
    assert order == ["a", "b"] * (2 + slowvae_step.WARM_UP)
    assert {name: len(values) for name, values in seconds.items()} == {"a": 2, "b": 2}


def test_a_slow_contestant_is_seen_to_be_slow(capsys):
    contestants = {"st_keras float32": lambda: None, "slow": lambda: time.sleep(0.01)}
    slowvae_step.report(slowvae_step.in_turns(contestants, rounds=3), images=4)
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("slow"))
    assert float(line.split()[-1]) > 10


def test_columns_stay_apart_however_wide_they_get(capsys):
    slowvae_step.report({"st_keras float32": [1e-9], "x" * 30: [1e4, 1e6]}, images=4)
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("xxx"))
    assert len(line.split()) == 5  # name, median, unit, spread, ratio


def test_our_step_trains():
    frames = np.random.default_rng(0).random((2, 2, 64, 64, 1), "float32")
    step = slowvae_step.ours(frames, "float32")
    losses = [step() for _ in range(3)]
    assert len(set(losses)) == 3


def test_convolutions_run():
    assert np.isfinite(slowvae_step.convolutions(2)())
