"""Networks by names and shapes; what does not fit is refused with both sides."""

import numpy as np
import pytest

from st_keras.export.architecture import infer_architecture
from st_keras.export.reference_weights import reference_shapes
from st_keras.models import ActionConditionedPredRNN, ModeRNN, PredRNN, SlowVAE
from st_keras.models.family import published_weights

IMAGE = (16, 24, 2)


def weights_of(network, image_shape=IMAGE):
    network.build((None, None, *image_shape))
    return {n: np.zeros(s, "float32") for n, s in reference_shapes(network).items()}


PREDRNN = {"filters": (3, 3, 3), "kernel_size": 3, "patch_size": 2}
NETWORKS = [
    (PredRNN, {**PREDRNN, "layer_norm": True, "decoupling": True}),
    (PredRNN, {**PREDRNN, "layer_norm": False, "decoupling": False}),
    (PredRNN, {**PREDRNN, "kernel_size": (5, 3), "layer_norm": False, "decoupling": True}),
    (PredRNN, {"filters": (2,), "kernel_size": 5, "patch_size": 4}),
    (
        ActionConditionedPredRNN,
        {
            **{"action_size": 5, "filters": (4, 4), "kernel_size": 3, "patch_size": 2},
            **{"layer_norm": True, "decoupling": False},
        },
    ),
    (ActionConditionedPredRNN, {"action_size": 3, "filters": (2,), "kernel_size": 5}),
    (
        ModeRNN,
        {"filters": (4, 4), "num_slots": 2, "patch_size": 4, "layer_norm": True},
    ),
    (
        ModeRNN,
        {"filters": (4,), "num_slots": 4, "patch_size": 2, "layer_norm": False}
        | {"batch_norm": False, "learned_initial_slots": True},
    ),
]


@pytest.mark.parametrize(("network", "arguments"), NETWORKS)
def test_forecasting_networks(network, arguments):
    theirs = weights_of(network(**arguments))
    found = infer_architecture("reader", theirs, list(IMAGE))
    assert found.network is network
    assert found.image_shape == IMAGE
    assert {name: found.arguments[name] for name in arguments} == arguments
    shapes = {name: array.shape for name, array in theirs.items()}
    assert reference_shapes(found.build()) == shapes


@pytest.mark.parametrize("given", [None, (32, 64, 3)])
def test_slowvae_needs_no_image_shape(given):
    theirs = weights_of(SlowVAE(latent_size=3), (32, 64, 3))
    found = infer_architecture("reader", theirs, given)
    assert (found.network, found.arguments) == (SlowVAE, {"latent_size": 3})
    assert found.image_shape == (32, 64, 3)


def test_arguments_replace_what_was_inferred():
    theirs = weights_of(PredRNN(**PREDRNN))
    given = {"decoupling": False, "forget_bias": 0.5, "dtype": "mixed_bfloat16"}
    network = infer_architecture("reader", theirs, IMAGE, given).build()
    assert (network.decoupling, network.forget_bias) == (False, 0.5)
    assert network.dtype_policy.name == "mixed_bfloat16"
    with pytest.raises(ValueError, match=r"arguments \['residual'\] for a checkpoint of PredRNN"):
        infer_architecture("reader", theirs, IMAGE, {"residual": True})


def test_what_is_untold_are_arguments():
    for known in published_weights():
        network = known.network()
        assert known.untold and all(hasattr(network, name) for name in known.untold)


def refused(weights, image_shape, message):
    with pytest.raises(ValueError, match=f"reader: received .*{message}.*"):
        infer_architecture("reader", weights, image_shape)


@pytest.fixture(scope="module")
def theirs():
    return weights_of(PredRNN(**PREDRNN, layer_norm=True))


@pytest.mark.parametrize(
    ("image_shape", "message"),
    [
        (None, r"no image_shape.*reads 8 channels\. Required: image_shape=\(H, W, C\)"),
        ((16, 24), r"image_shape=\(16, 24\)\. Required: three ints"),
        ("16,24,2", "image_shape='16,24,2'"),
        ((16, 0, 2), "image_shape=0"),
        ((16, 24, 3), r"reads 8 channels\. Required: .*C is one of \[2, 8\]"),
        (
            (32, 24, 2),
            r"16 x 12 positions.*layer norm over 8 x 12.*16 x 24 pixels.*Pass image_shape=\(16, 24",
        ),
        ((17, 24, 2), r"8.5 x 12 positions"),
    ],
)
def test_image_shapes_that_do_not_fit(theirs, image_shape, message):
    refused(theirs, image_shape, message)


def test_foreign_and_incomplete_checkpoints(theirs):
    refused({"fc.weight": np.ones(1)}, IMAGE, r"first names are \['fc.weight'\]\. Required: .*Pred")
    less = {n: a for n, a in theirs.items() if not n.startswith("cell_list.1.")}
    refused(less, IMAGE, r"the parts \[0, 2\].*Required: parts \[0, 1\], none missing")
    less = {n: a for n, a in theirs.items() if n != "cell_list.2.conv_h.0.weight"}
    refused(less, IMAGE, "a checkpoint without cell_list.2.conv_h.0.weight")
    flat = {**theirs, "cell_list.0.conv_x.0.weight": np.ones(3)}
    refused(flat, IMAGE, r"conv_x.0.weight of shape \(3,\)\. Required: a shape of rank 4")


def test_networks_that_ours_are_not(theirs):
    biases = {**theirs, "cell_list.0.conv_x.0.bias": np.ones(21)}
    refused(biases, IMAGE, "biases in the convolutions of its cells.*2019, is another function")
    arguments = {"action_size": 2, "filters": (2,), "kernel_size": 3}
    told = weights_of(ActionConditionedPredRNN(**arguments))
    refused({**told, "conv_last.weight": np.ones(1)}, IMAGE, r"conv_on_input=0\)\. Required: ")


def test_other_kinds_of_slowvae():
    theirs = weights_of(SlowVAE(latent_size=4), (64, 64, 1))
    refused(theirs, (64, 64, 3), r"image_shape=\(64, 64, 3\).*images of shape \(64, 64, 1\)")
    theirs["encoder.11.weight"] = np.ones((4, 256))
    refused(theirs, None, "4 outputs and a decoder that reads 4 latents.*--pcl")
