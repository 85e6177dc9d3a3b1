"""Networks on JAX train and predict; in a process of its own, for the backend is chosen once."""

import importlib.util
import json

import numpy as np
import pytest

from tests.fresh_process import run_python

CODE = """
import json, sys
from benchmarks.speed.contestant import OURS, Contestant, prepared
from tests.benchmarks.speed.tiny_options import tiny_options

found = {}
for model in sys.argv[1].split(","):
    for mode in ("train", "inference"):
        options = tiny_options("--backend=jax", "--models=" + model)
        run = prepared(Contestant(OURS, model, "mixed_bfloat16", mode), options)
        found[model + " " + mode] = [float(run().reshape(-1)[0]) if mode != "train" else run()
                                     for _ in range(3)]
print(json.dumps(found))
"""


needs_jax = pytest.mark.skipif(
    importlib.util.find_spec("jax") is None, reason="needs JAX: pip install st_keras[jax]"
)


@needs_jax
def test_the_command_needs_no_tensorflow_backend():
    code = (
        "from benchmarks.__main__ import main; print(main(['speed', '--backend=jax', '--batch=0']))"
    )
    assert run_python(code, KERAS_BACKEND="jax").splitlines()[-1] == "2"  # refused, not broken


@pytest.mark.long
@needs_jax
def test_steps_under_jax():
    models = "predrnn_v2,modernn,convlstm"
    output = run_python(CODE, models, KERAS_BACKEND="jax")
    found = json.loads(output.splitlines()[-1])
    for model in models.split(","):
        losses = found[f"{model} train"]
        # Masks are drawn anew, so that the loss need not fall from one step to the next.
        assert np.all(np.isfinite(losses)) and len(set(losses)) == 3
        assert len(set(found[f"{model} inference"])) == 1
