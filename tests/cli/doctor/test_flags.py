"""`doctor` asks for a step of training with the flags of `train`, or shorter ones."""

import pytest

from st_keras.cli.parser import build_parser


@pytest.mark.parametrize("flag", ["--batch", "--batch-size"])
@pytest.mark.parametrize("model", [("--model", "m.keras"), ("predrnn",), ("slowvae",)])
def test_batch_size(model, flag):
    assert build_parser().parse_args(["doctor", *model, flag, "3"]).batch_size == 3


@pytest.mark.parametrize("flag", [("--batch", "4"), ("--frames", "9"), ("--verify",)])
def test_sizes_without_a_model(flag, run):
    name = "--batch-size" if flag[0] == "--batch" else flag[0]
    status, _, err = run("doctor", *flag)
    assert status == 2
    assert f"received {name} without a model. Required: --model" in err
