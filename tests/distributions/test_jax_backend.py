"""The pure functions and the priors on another Keras backend: values and gradients under JAX."""

import importlib.util
import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras import distributions
from tests.fresh_process import run_python

CODE = """
import json, sys
import jax, keras, numpy as np
from st_keras import distributions

assert keras.backend.backend() == "jax"
assert "tensorflow" not in sys.modules and "tensorflow_probability" not in sys.modules
results = {}
for name, arguments in json.loads(sys.argv[1]).items():
    arguments = [np.array(values, "float32") for values in arguments]
    function = getattr(distributions, name)
    total = jax.jit(jax.grad(lambda given: function(*given).sum()))
    results[name] = {
        "values": np.asarray(jax.jit(function)(*arguments)).tolist(),
        "gradients": [np.asarray(gradient).tolist() for gradient in total(arguments)],
    }
codes = [np.array(values, "float32")[:, None] for values in json.loads(sys.argv[2])]
for name in ("LaplaceTransitionPrior", "GeneralizedNormalTransitionPrior"):
    prior = getattr(distributions, name)(2.0, trainable_rate=True)
    prior.build((None, 1))
    results[name] = np.asarray(prior.cross_entropy(*codes))[:, 0].tolist()
print(json.dumps(results))
"""
MEAN, LOG_VAR, LOCATION = [0.3, -2.0, 0.0, 1e4], [-3.0, 1.0, 0.0, -2.0], [0.1, 1.0, 0.0, 0.0]
ARGUMENTS = {
    "normal_entropy": [LOG_VAR],
    "cross_entropy_standard_normal": [MEAN, LOG_VAR],
    "kl_standard_normal": [MEAN, LOG_VAR],
    "cross_entropy_normal_laplace": [MEAN, LOG_VAR, LOCATION, [6.0] * 4],
    "kl_normal_laplace": [MEAN, LOG_VAR, LOCATION, [6.0] * 4],
    "cross_entropy_normal_generalized_normal": [MEAN, LOG_VAR, LOCATION, [6.0] * 4, [0.5] * 4],
}


@pytest.fixture(scope="module")
def under_jax():
    if importlib.util.find_spec("jax") is None:
        pytest.skip("needs JAX: pip install st_keras[jax]")
    codes = json.dumps([MEAN, LOG_VAR, LOCATION])
    output = run_python(CODE, json.dumps(ARGUMENTS), codes, KERAS_BACKEND="jax")
    return json.loads(output.splitlines()[-1])


def test_every_function_is_checked():
    functions = {name for name in distributions.__all__ if name.islower()}
    assert functions - {"diagonal_gaussian", "standard_normal"} == set(ARGUMENTS)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_values_and_gradients(name, under_jax):
    assert keras.backend.backend() == "tensorflow"
    arguments = [tf.constant(values) for values in ARGUMENTS[name]]
    with tf.GradientTape() as tape:
        tape.watch(arguments)
        ours = getattr(distributions, name)(*arguments)
    np.testing.assert_allclose(under_jax[name]["values"], ours, rtol=1e-5, atol=1e-5)
    gradients = tape.gradient(ours, arguments)
    np.testing.assert_allclose(under_jax[name]["gradients"], gradients, rtol=1e-4, atol=2e-4)


@pytest.mark.parametrize("name", ["LaplaceTransitionPrior", "GeneralizedNormalTransitionPrior"])
def test_priors(name, under_jax):
    prior = getattr(distributions, name)(2.0)
    expected = prior.cross_entropy(MEAN, LOG_VAR, LOCATION)
    np.testing.assert_allclose(under_jax[name], expected, rtol=1e-5, atol=1e-5)
