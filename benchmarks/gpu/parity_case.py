"""What is computed twice and compared: a network, its input, the loss, and who says what is right.

Everything here is `keras.ops`, so that one case serves every backend.
"""

import argparse
import dataclasses
import pathlib
from collections.abc import Callable

import keras
import numpy as np

from benchmarks.golden_file import GoldenFile
from benchmarks.speed.workload import make_network

GOLDEN_FILES = {
    "predrnn_v2": "predrnn_v2",
    "predrnn_v1": "predrnn_v1",
    "modernn": "modernn_train",
    "slowvae": "slowvae_1ch",
}
DECOUPLING_WEIGHT = 0.1


@dataclasses.dataclass(frozen=True)
class Case:
    """A function and its arguments.

    Attributes:
        network: function that returns a new built network.
        inputs: tuple of float32 arrays. Of SlowVAE pairs of images (B, 2, H, W, C) and noise (B, 2,
            latents), else frames (B, T, H, W, C) and the mask of observed frames (B, T-1).
        training: bool. Whether batch norms take the moments of the batch.
        decoupling_weight: float.
        reference: None, or a function that returns what `objective` and its gradients
            are to be, as a dict "forward" (array), "loss" (float), "gradients" (list of arrays, in
            the order of the trainable weights).
    """

    network: Callable
    inputs: tuple
    training: bool = True
    decoupling_weight: float = 0.0
    reference: Callable | None = None

    def objective(self, network, first, second):
        """Return `(forward, loss)` for the inputs: predictions, or moments of the posterior."""
        if hasattr(network, "objective_of"):
            moments = network.posterior_moments(first)
            return keras.ops.concatenate(moments, axis=-1), network.objective_of(first, second)[0]
        predictions, terms = network(
            first[:, :-1], observed_mask=second, return_terms=True, training=self.training
        )
        loss = keras.ops.mean(keras.ops.square(predictions - first[:, 1:]))
        return predictions, loss + self.decoupling_weight * terms.get("decoupling", 0.0)


def random_case(model, settings):
    """Return a case of random weights and inputs.

    Args:
        model: name of a network of `benchmarks.speed`.
        settings: of `benchmarks.gpu.options`, for the sizes.
    """
    random = np.random.default_rng(0)
    settings = argparse.Namespace(**{**vars(settings), **settings.parity})
    size = settings.size
    shape = (2, 2, size, size, 1) if model == "slowvae" else (2, 6, size, size, 1)

    def network():
        keras.utils.set_random_seed(0)
        made = make_network(settings, model)
        made.build(shape)
        return made

    frames = random.random(shape, "float32")
    if model == "slowvae":
        return Case(network, (frames, random.standard_normal((2, 2, 10)).astype("float32")))
    mask = (random.random((2, 5)) < 0.5).astype("float32")
    weight = DECOUPLING_WEIGHT if model == "predrnn_v2" else 0.0
    return Case(network, (frames, mask), decoupling_weight=weight)


def golden_case(model, folder):
    """Return the case of a golden file, with what the reference code gave. TensorFlow only.

    Args:
        model: a key of `GOLDEN_FILES`.
        folder: path of the golden files.
    """
    from st_keras.export.reference_weights import assign_reference_weights, reference_shapes

    golden = GoldenFile(pathlib.Path(folder, f"{GOLDEN_FILES[model]}.npz"))
    slowvae = model == "slowvae"
    inputs = golden.pairs() if slowvae else (golden.frames(), golden.observed_mask())

    def reference():
        if slowvae:
            moments = golden["posterior_mean"], golden["posterior_logvar"]
            forward = np.concatenate(moments, axis=-1).reshape(len(inputs[0]), 2, -1)
        else:
            forward = golden.unpatched("next_frames_patched")
        # As weights of a network, they take the shapes of ours.
        theirs, known = golden.network(inputs[0].shape), golden.group("grad")
        shapes = reference_shapes(theirs).items()
        assign_reference_weights(
            theirs, {name: known.get(name, np.zeros(shape)) for name, shape in shapes}
        )
        gradients = [weight.numpy() for weight in theirs.trainable_weights]
        return {"forward": forward, "loss": float(golden["loss"]), "gradients": gradients}

    return Case(
        lambda: golden.network(inputs[0].shape),
        inputs,
        golden.meta.get("batchnorm_training", True),
        golden.meta.get("decouple_beta", 0.0) if golden.decoupling else 0.0,
        reference,
    )
