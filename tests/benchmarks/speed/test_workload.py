import pytest

from benchmarks.flops import forward_flops, training_flops
from benchmarks.speed.workload import make_network, workload
from tests.benchmarks.speed.tiny_options import tiny_options


def test_work_of_each_mode():
    options = tiny_options()
    network = make_network(options, "predrnn_v2")
    network.build((None, None, 8, 8, 1))
    train = workload(options, "predrnn_v2", "train")
    assert train.flops == training_flops(network, (2, 4, 8, 8, 1))
    assert (train.sequences, train.frames) == (2, 8)
    # Three steps predict the frames after the first; so do two of context and two of forecast.
    for mode in ("inference", "forecast"):
        assert workload(options, "predrnn_v2", mode).flops == forward_flops(network, 2, 3, (8, 8))
    step = workload(options, "predrnn_v2", "step")
    assert step.flops == forward_flops(network, 1, 1, (8, 8))
    assert (step.sequences, step.frames) == (1, 1)


def test_slowvae_counts_pairs():
    work = workload(tiny_options("--models=slowvae", "--images=6", "--size=16"), "slowvae", "train")
    assert (work.sequences, work.frames) == (3, 6)


def test_versions_of_predrnn():
    options = tiny_options()
    assert make_network(options, "predrnn_v2").decoupling
    assert not make_network(options, "predrnn_v1").decoupling


@pytest.mark.parametrize("model", ["predrnn_v2", "modernn", "convlstm"])
def test_remat_is_passed_on(model):
    assert make_network(tiny_options("--remat=segment"), model).rnn.remat == "segment"
    assert make_network(tiny_options(), model).rnn.remat is None
