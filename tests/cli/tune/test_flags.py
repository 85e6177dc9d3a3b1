"""The flags of `tune`: ranges, switches, and what is refused."""

import inspect

import pytest

from st_keras.cli.parser import build_parser
from st_keras.cli.tune.flags import RANGES
from st_keras.tuning import ModeRNNHyperModel, PredRNNHyperModel, SlowVAEHyperModel

TUNE = ["tune", "predrnn", "--data", "digits", "--out", "x"]
KINDS = {"predrnn": PredRNNHyperModel, "modernn": ModeRNNHyperModel, "slowvae": SlowVAEHyperModel}
NO_RANGES = {
    *("self", "image_shape", "steps", "context_length", "reports", "normalization", "kwargs"),
    *("max_parameters", "seed", "images", "factors", "score", "num_seeds"),
}


@pytest.mark.parametrize("model", KINDS)
def test_every_range_of_the_space_is_a_flag(model):
    known = set(inspect.signature(KINDS[model].__init__).parameters) - NO_RANGES
    assert set(RANGES[model]) == known


def test_what_flags_give():
    flags = [
        *("--layers", "1,2", "--sampling-until", "0.3,0.6", "--learning-rate", "1e-3"),
        *("--decoupling", "on,off", "--sampling", "reverse,scheduled", "--precision", "float32"),
    ]
    options = build_parser().parse_args([*TUNE, *flags])
    assert options.layers == (1, 2) and options.sampling_until == (0.3, 0.6)
    assert options.learning_rate == (1e-3, 1e-3) and options.decoupling == (True, False)
    assert options.sampling == ["reverse", "scheduled"] and options.filters is None
    assert (options.tuner, options.objective, options.trials) == ("bayesian", "val_mse", 20)
    slowvae = build_parser().parse_args(["tune", "slowvae", "--data", "sprites", "--out", "x"])
    assert (slowvae.objective, slowvae.batch_size, slowvae.seeds_per_trial) == ("mcc", 32, 3)


@pytest.mark.parametrize(
    "flags, reason",
    [
        (("--learning-rate", "1,2,3"), "received '1,2,3'. Required: one number, or two with a com"),
        (("--learning-rate", "fast"), "received 'fast'. Required: one number"),
        (("--layers", "0"), "received '0'. Required: whole numbers"),
        (("--decoupling", "yes"), "received 'yes'. Required: at least 1 different names out of of"),
        (("--sampling", "never"), "received 'never'"),
        (("--tuner", "grid"), "invalid choice: 'grid'"),
        (("--objective", "mcc"), "invalid choice: 'mcc'"),
        (("--trials", "0"), "received '0'. Required: a whole number of at least 1"),
        (("--workers", "0"), "received '0'"),
    ],
)
def test_refused(flags, reason, run):
    status, _, err = run(*TUNE, *flags)
    assert status == 2
    assert reason in err
