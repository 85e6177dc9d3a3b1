"""The outputs and gradients of a case on one device, on TensorFlow and on JAX."""

import keras
import numpy as np


def outputs(case, device, weights=None):
    """Compute a case on one device.

    Args:
        case: a `Case` of `benchmarks.gpu.parity_case`.
        device: of `benchmarks.gpu.devices`: a name on TensorFlow, an object on JAX.
        weights: arrays, the weights of the network. Default None: those it has.

    Returns:
        `(found, network)`: dict of "forward" (array), "loss" (float), "gradients" (list of arrays);
        the network, for its weights.

    Raises:
        RuntimeError: if the library has computed it on another device.
    """
    on_jax = keras.backend.backend() == "jax"
    return (_on_jax if on_jax else _on_tensorflow)(case, device, weights)


def _on_tensorflow(case, device, weights):
    import tensorflow as tf

    with tf.device(device):
        network = _network(case, weights)
        variables = [weight.value for weight in network.trainable_weights]

        @tf.function(autograph=False)
        def run(*inputs):
            with tf.GradientTape() as tape:
                forward, loss = case.objective(network, *inputs)
            return forward, loss, tape.gradient(loss, variables)

        forward, loss, gradients = run(*map(tf.constant, case.inputs))
    for tensor in (forward, *gradients):
        _check_place(*(name.rpartition("/")[2] for name in (tensor.backing_device, device)))
    return _arrays(forward, loss, gradients), network


def _on_jax(case, device, weights):
    import jax

    network = _network(case, weights)
    state = [
        [jax.device_put(variable.value, device) for variable in variables]
        for variables in (network.trainable_variables, network.non_trainable_variables)
    ]

    @jax.jit
    def run(trainable, others, *inputs):
        def loss_of(trainable):
            values = [
                *zip(network.trainable_variables, trainable, strict=True),
                *zip(network.non_trainable_variables, others, strict=True),
            ]
            with keras.StatelessScope(state_mapping=values):
                forward, loss = case.objective(network, *inputs)
            return loss, forward

        (loss, forward), gradients = jax.value_and_grad(loss_of, has_aux=True)(trainable)
        return forward, loss, gradients

    inputs = [jax.device_put(value, device) for value in case.inputs]
    forward, loss, gradients = run(*state, *inputs)
    for tensor in (forward, *gradients):
        _check_place(tensor.devices(), {device})
    return _arrays(forward, loss, gradients), network


def _network(case, weights):
    network = case.network()
    if weights is not None:
        network.set_weights(weights)
    return network


def _check_place(place, device):
    # A library that finds no kernel for a device may take another without a word.
    if place != device:
        raise RuntimeError(f"computed on {place}, and not on {device}")


def _arrays(forward, loss, gradients):
    return {
        "forward": np.asarray(forward),
        "loss": float(loss),
        "gradients": [np.asarray(gradient) for gradient in gradients],
    }
