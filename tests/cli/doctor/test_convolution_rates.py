"""Rates of a convolution, and the policy they advise."""

import pytest

from st_keras.cli.doctor.convolution_rates import FLOPS, convolution_rates, summarised


def test_measured():
    found = convolution_rates(rounds=2)
    assert set(found["seconds"]) == set(found["gflops"]) == {"float32", "bfloat16"}
    assert found["times_float32"]["float32"] == 1.0
    for dtype, seconds in found["seconds"].items():
        assert found["gflops"][dtype] == pytest.approx(FLOPS / seconds / 1e9)


@pytest.mark.parametrize(
    "seconds, policy",
    [
        ({"float32": 2.0, "bfloat16": 1.0}, "mixed_bfloat16"),
        ({"float32": 2.0, "bfloat16": 1.9}, "float32"),
        ({"float32": 2.0, "bfloat16": 9.0}, "float32"),
        ({"float32": 2.0, "bfloat16": 1.0, "float16": 0.95}, "mixed_bfloat16"),
        ({"float32": 2.0, "bfloat16": 4.0, "float16": 0.5}, "mixed_float16"),
        ({"float32": 2.0, "bfloat16": 1.5, "float16": 0.5}, "mixed_float16"),
    ],
)
def test_advice(seconds, policy):
    assert summarised(seconds)["advice"] == policy
