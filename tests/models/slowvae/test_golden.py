"""SlowVAE is the released function: posterior, logits, every term, gradients of the reference."""

import numpy as np
import pytest
import tensorflow as tf

from st_keras.export.reference_weights import reference_shapes
from tests.golden import Golden, gradients_by_name

pytestmark = pytest.mark.needs_data
# Theirs -> ours.
TERMS = {
    "reconstruction": "reconstruction",
    "normal_entropy": "normal_entropy",
    "cross_entropy_normal": "cross_entropy_normal",
    "cross_entropy_laplace": "cross_entropy_transition",
}


@pytest.fixture(scope="module")
def golden():
    return Golden("slowvae_1ch")


@pytest.fixture
def model(golden):
    return golden.network((None, 2, 64, 64, golden.meta["num_channels"]))


@pytest.fixture
def inputs(golden):
    """Frames (pairs, 2, H, W, C) and noise (pairs, 2, latents): rows 2j, 2j+1 are a pair."""
    frames, noise = golden.pairs()
    return tf.constant(frames), tf.constant(noise)


def relative(ours, theirs):
    return float(np.max(np.abs(ours - theirs)) / np.max(np.abs(theirs)))


def test_names_and_shapes_are_those_of_the_checkpoint(golden, model):
    assert reference_shapes(model) == {n: a.shape for n, a in golden.group("param").items()}


@pytest.mark.parametrize("compiled", [False, True])
def test_terms_and_gradients(golden, model, inputs, compiled):
    weights = model.trainable_weights

    def run(frames, noise):
        with tf.GradientTape() as tape:
            loss, terms = model.objective_of(frames, noise)
        return loss, terms, tape.gradient(loss, [w.value for w in weights])

    loss, terms, gradients = (tf.function(run) if compiled else run)(*inputs)
    errors = {
        ours: abs(float(terms[ours]) / float(golden[theirs]) - 1) for theirs, ours in TERMS.items()
    }
    errors["loss"] = abs(float(loss) / float(golden["loss"]) - 1)
    for name, gradient in gradients_by_name(model, weights, gradients).items():
        errors[f"gradient of {name}"] = relative(gradient, golden.gradient(name))
    assert len(errors) == len(TERMS) + 1 + len(golden.group("grad"))
    worst = max(errors, key=errors.get)
    print(f"loss {errors['loss']:.1e}, worst {errors[worst]:.1e} relative ({worst})")
    assert errors[worst] <= 1e-4


def test_posterior_and_logits(golden, model, inputs):
    frames, noise = inputs
    mean, log_var = model.posterior_moments(frames)
    logits = model.decoder(tf.reshape(mean + tf.exp(log_var / 2) * noise, (-1, 10)))
    errors = {
        "mean": relative(tf.reshape(mean, (-1, 10)), golden["posterior_mean"]),
        "log_var": relative(tf.reshape(log_var, (-1, 10)), golden["posterior_logvar"]),
        "logits": relative(logits, golden["decoder_logits_nchw"].transpose(0, 2, 3, 1)),
    }
    print(errors)
    assert max(errors.values()) <= 1e-5


def test_encode_gives_the_posterior_means(golden, model):
    codes = model.encode(golden["images_nchw"].transpose(0, 2, 3, 1), batch_size=3)
    np.testing.assert_allclose(codes, golden["posterior_mean"], atol=1e-5)
