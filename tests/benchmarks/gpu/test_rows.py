import importlib.util

from benchmarks.gpu.rows import LIBRARIES, MODELS, POLICIES, rows


def test_names_are_unique_and_tasks_are_there():
    names = [row.name for row in rows()]
    assert len(set(names)) == len(names)
    assert all(importlib.util.find_spec(row.task) for row in rows())


def test_all_that_a_gpu_may_change_is_asked_for():
    names = {row.name for row in rows()}
    assert {f"platform {library}" for library in LIBRARIES} <= names
    for model in MODELS:
        for rounding in ("float32", "TF32"):
            assert f"parity tensorflow {model} {rounding}" in names
    for policy in POLICIES:
        for who in ("fit {} XLA", "fit {} without XLA", "speed JAX {}", "speed PyTorch {}"):
            assert who.format(policy) in names
        assert f"speed PyTorch compiled {policy}" in names
    assert {"updates", "replicas", "rates", "parity jax predrnn_v2 float32"} <= names


def test_what_the_libraries_see_comes_first():
    assert [row.name.split()[0] for row in rows()[:4]] == ["platform"] * 3 + ["parity"]


def test_a_variant_is_one_of_a_row_before_it():
    seen = set()
    for row in rows():
        kind = (row.task, row.library, row.arguments.get("by"), *_switches(row))
        assert not row.variant or kind in seen
        seen.add(kind)


def _switches(row):
    return [value for value in row.arguments.values() if isinstance(value, bool)]
