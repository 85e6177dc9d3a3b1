import pytest

from st_keras.cli.evaluate_flags import FORECASTER_FLAGS, SLOWVAE_FLAGS, check_one_kind
from st_keras.cli.parser import build_parser
from st_keras.validation import InputError


def test_all_flags_but_those_of_both_kinds_are_told_apart():
    options = vars(build_parser().parse_args(["evaluate", "model.keras", "--out", "e"]))
    known = {"command", "model_file", "data", "out"}
    assert {*FORECASTER_FLAGS, *SLOWVAE_FLAGS} | known == set(options)


def test_one_kind():
    options = build_parser().parse_args(["evaluate", "m.keras", "--out", "e", "--horizon", "3"])
    check_one_kind(options)
    options.seed = 1
    with pytest.raises(InputError, match=r"--horizon of forecasters with --seed of SlowVAE\. Req"):
        check_one_kind(options)
