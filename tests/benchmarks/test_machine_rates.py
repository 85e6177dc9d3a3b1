import importlib.util

import pytest

from benchmarks import machine_rates
from tests.fresh_process import run_python

TINY = {"convolutions": [(2, 4, 8)], "matrices": [32], "repeats": 2}


def test_each_dtype_has_both_rates():
    rates = machine_rates.machine_rates(("float32", "bfloat16"), **TINY)
    assert set(rates) == {"float32", "bfloat16"}
    assert all(set(each) == {"convolution", "matrix"} for each in rates.values())
    assert all(rate > 0 for each in rates.values() for rate in each.values())


def test_the_best_of_several_shapes_and_repeats_counts(monkeypatch):
    seconds = iter([3.0, 1.0, 2.0])
    clock = [0.0]

    def run(calls):
        clock[0] += calls * next(seconds, 4.0)

    monkeypatch.setattr(machine_rates.time, "perf_counter", lambda: clock[0])
    # 3 s to compile, 1 s the first, 2 s and 4 s measured.
    assert machine_rates._rate(run, 100.0, repeats=2) == 50.0


def test_flops_of_the_shapes():
    _, convolution = machine_rates._convolution("float32", 3, 4, 8)
    assert convolution == 2 * 3 * 16 * 16 * 25 * 4 * 8
    _, product = machine_rates._matrix_product("float32", 16)
    assert product == 2 * 16**3


def test_dtype_of_a_policy():
    names = ("float32", "mixed_bfloat16", "mixed_float16")
    assert [machine_rates.dtype_of(name) for name in names] == ["float32", "bfloat16", "float16"]


@pytest.mark.long
def test_under_jax():
    if importlib.util.find_spec("jax") is None:
        pytest.skip("needs JAX: pip install st_keras[jax]")
    code = "from benchmarks.machine_rates import machine_rates as measure\n"
    code += f"print(measure(('float32',), **{TINY}))"
    assert "convolution" in run_python(code, KERAS_BACKEND="jax")
