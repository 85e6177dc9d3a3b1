"""The rows on JAX, in processes of their own: the backend is chosen once."""

import importlib.util

import pytest

from benchmarks.gpu.row_process import answer
from benchmarks.gpu.rows import rows
from tests.benchmarks.gpu.tiny_settings import tiny_settings

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("jax") is None, reason="needs JAX: pip install st_keras[jax]"
)


@pytest.mark.parametrize(
    "name, found",
    [
        ("platform jax", "sees cpu:1, cpu:0"),
        ("parity jax predrnn_v2 float32", "from CPU: forward"),
        ("speed JAX mixed_bfloat16", "steps/s"),
    ],
)
def test_row(name, found):
    (row,) = [row for row in rows() if row.name == name]
    result = answer(row, tiny_settings(), 240)
    assert result["status"] == "ok", result
    assert found in result["text"]
