"""`doctor` asks for a step of training with the flags of `train`, or shorter ones."""

import pytest

from st_keras.cli.parser import build_parser


@pytest.mark.parametrize("flag", ["--batch", "--batch-size"])
@pytest.mark.parametrize("model", [(), ("predrnn",), ("slowvae",)])
def test_batch_size(model, flag):
    assert build_parser().parse_args(["doctor", *model, flag, "3"]).batch_size == 3
