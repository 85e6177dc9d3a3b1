from benchmarks.speed.contestant import COMPILED_PEER, OURS, PEER, Contestant, contestants_of
from tests.benchmarks.speed.tiny_options import tiny_options


def with_peer(**changes):
    options = tiny_options(policies=("float32", "mixed_bfloat16"))
    vars(options).update({"peer": True, **changes})
    return options


def test_every_precision_of_ours_then_of_the_peer():
    found = contestants_of(with_peer(), "predrnn_v1", "train")
    assert [(each.by, each.policy) for each in found] == [
        *[(OURS, "float32"), (OURS, "mixed_bfloat16")],
        *[(PEER, "float32"), (PEER, "mixed_bfloat16")],
    ]
    compiled = contestants_of(with_peer(compile=True), "predrnn_v1", "train")
    assert compiled[:4] == found and {each.by for each in compiled[4:]} == {COMPILED_PEER}


def test_networks_without_a_stand_in():
    assert {each.by for each in contestants_of(with_peer(), "modernn", "train")} == {OURS}
    for size, names in ((64, {OURS, PEER}), (32, {OURS})):
        options = with_peer(size=size)
        assert {each.by for each in contestants_of(options, "slowvae", "train")} == names


def test_names():
    assert (
        str(Contestant(OURS, "m", "mixed_bfloat16", "train")) == "m train, st_keras mixed_bfloat16"
    )
    assert Contestant(PEER, "m", "mixed_bfloat16", "train").precision == "bfloat16 autocast"
    assert Contestant(PEER, "m", "float32", "train").precision == "float32"
