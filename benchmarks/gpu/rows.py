"""The rows of the report, the most important first: time that is used up costs the last ones."""

import dataclasses

from benchmarks.speed.contestant import COMPILED_PEER, OURS, PEER

LIBRARIES = ("tensorflow", "torch", "jax")
MODELS = ("predrnn_v2", "predrnn_v1", "modernn", "slowvae")
POLICIES = ("float32", "mixed_float16", "mixed_bfloat16")


@dataclasses.dataclass(frozen=True)
class Row:
    """One row, which a process of its own answers.

    Attributes:
        name: str, shown, and chosen by.
        task: name of a module with a function `run(arguments, settings)`.
        library: "tensorflow", "torch" or "jax", which it needs.
        limit: float, seconds for the whole process, from its start.
        arguments: dict of JSON values. Default: empty.
        variant: bool. Whether it runs the same code as a row before it, with another argument; the
            smoke form leaves it out. Default False.
    """

    name: str
    task: str
    library: str
    limit: float
    arguments: dict = dataclasses.field(default_factory=dict)
    variant: bool = False


def rows():
    """Return all rows."""
    halves, others = POLICIES[1:], MODELS[1:]
    return [
        *(platform(library) for library in LIBRARIES),
        *(_parity("tensorflow", model, False) for model in MODELS),
        *(_fit(policy, False) for policy in POLICIES),
        _fit("float32", True),
        *(_speed("torch", PEER, policy) for policy in POLICIES),
        Row("updates", "benchmarks.gpu.updates", "tensorflow", 60),
        _parity("jax", "predrnn_v2", False),
        _speed("jax", OURS, "float32"),
        Row("replicas", "benchmarks.gpu.replicas", "tensorflow", 60),
        _speed("torch", COMPILED_PEER, "float32"),
        *(_variant(_fit(policy, True)) for policy in halves),
        Row("rates", "benchmarks.gpu.rates", "tensorflow", 40),
        *(_variant(_speed("jax", OURS, policy)) for policy in halves),
        _parity("tensorflow", MODELS[0], True),
        *(_variant(_parity("tensorflow", model, True)) for model in others),
        *(_variant(_speed("torch", COMPILED_PEER, policy)) for policy in halves),
        _parity("jax", "predrnn_v2", True),
        _variant(_parity("jax", "modernn", False)),
    ]


def platform(library):
    """Return the row that says which GPUs a library sees."""
    arguments = {"library": library}
    return Row(f"platform {library}", "benchmarks.gpu.platform", library, 40, arguments)


def _variant(row):
    return dataclasses.replace(row, variant=True)


def _parity(library, model, tensor_float):
    rounding = "TF32" if tensor_float else "float32"
    arguments = {"model": model, "tensor_float": tensor_float}
    name = f"parity {library} {model} {rounding}"
    return Row(name, "benchmarks.gpu.parity", library, 60, arguments)


def _fit(policy, jit_compile):
    name = f"fit {policy} {'XLA' if jit_compile else 'without XLA'}"
    arguments = {"policy": policy, "jit_compile": jit_compile}
    limit = 75 if jit_compile else 60
    return Row(name, "benchmarks.gpu.fit", "tensorflow", limit, arguments)


def _speed(library, by, policy):
    name = f"speed {'JAX' if library == 'jax' else by} {policy}"
    limit = 75 if by == COMPILED_PEER else 60
    return Row(name, "benchmarks.gpu.speed", library, limit, {"by": by, "policy": policy})
