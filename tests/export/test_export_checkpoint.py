"""What is exported has the reference's names and shapes, and comes back bit for bit."""

import numpy as np
import pytest

from st_keras.export import (
    assign_reference_weights,
    export_torch_checkpoint,
    import_torch_checkpoint,
)
from st_keras.export.export_checkpoint import reference_state
from st_keras.models import ConvLSTM, ModeRNN, PredRNN, SlowVAE
from st_keras.training import Forecaster
from tests.golden import Golden
from tests.tiny import tiny_forecaster, tiny_network
from tests.tiny_actions import tiny_action_network

GOLDEN = [
    *("predrnn_v1", "predrnn_v1_layernorm", "predrnn_v2", "predrnn_v2_layernorm"),
    *("predrnn_v2_action", "modernn_eval", "slowvae_1ch"),
]


@pytest.mark.needs_data
@pytest.mark.parametrize("name", GOLDEN)
def test_names_shapes_and_values_are_those_of_the_golden_state_dict(name):
    golden = Golden(name)
    theirs = golden.group("param")
    image_shape = None
    if "img_width" in golden.meta:
        image_shape = (*[golden.meta["img_width"]] * 2, golden.meta["img_channel"])
    model = import_torch_checkpoint(theirs, image_shape)
    network = model.network if isinstance(model, Forecaster) else model
    ours = reference_state(network)
    described = [{n: (a.shape, a.dtype) for n, a in each.items()} for each in (ours, theirs)]
    assert described[0] == described[1]
    dropped = assign_reference_weights(network, theirs)
    assert bool(dropped) == (name == "modernn_eval")
    for weight in set(theirs) - set(dropped):
        assert ours[weight].tobytes() == theirs[weight].tobytes()


def randomised(network, image_shape):
    network.build((None, None, *image_shape))
    rng = np.random.default_rng(0)
    for weight in network.weights:
        weight.assign(rng.normal(size=weight.shape))
    return network


@pytest.mark.parametrize(
    ("make", "image_shape", "suffixes"),
    [
        (lambda: tiny_network(decoupling=False), (4, 6, 2), (".npz", ".safetensors", ".ckpt")),
        (lambda: tiny_network(layer_norm=True), (4, 6, 1), (".npz",)),
        (lambda: tiny_action_network(layer_norm=True), (8, 4, 1), (".safetensors",)),
        (lambda: ModeRNN((4,), num_slots=2, patch_size=2), (4, 4, 1), (".ckpt",)),
        (lambda: SlowVAE(latent_size=2), (64, 64, 1), (".npz", ".ckpt")),
    ],
)
def test_round_trip_bit_for_bit(make, image_shape, suffixes, tmp_path):
    for package in ("torch", "safetensors"):
        pytest.importorskip(package, reason=f"needs {package}: pip install 'st_keras[torch]'")
    network = randomised(make(), image_shape)
    for suffix in suffixes:
        path = export_torch_checkpoint(network, tmp_path / f"weights{suffix}")
        back = import_torch_checkpoint(path, image_shape)
        back = getattr(back, "network", back)
        for ours, theirs in zip(network.weights, back.weights, strict=True):
            assert ours.path.split("/")[1:] == theirs.path.split("/")[1:]
            assert ours.numpy().tobytes() == theirs.numpy().tobytes()


def test_a_forecaster_is_its_network(tmp_path):
    model = tiny_forecaster()
    model.build((None, None, 4, 6, 1))
    one = export_torch_checkpoint(model, tmp_path / "one.npz")
    two = export_torch_checkpoint(model.network, tmp_path / "two.npz")
    with np.load(one) as one, np.load(two) as two:
        assert one.files == two.files
        assert all(one[name].tobytes() == two[name].tobytes() for name in one.files)


@pytest.mark.parametrize(
    ("network", "image_shape", "message"),
    [
        (PredRNN((2,), forget_bias=0.5), (4, 4, 1), "a PredRNN with forget_bias=0.5.*=1.0"),
        (PredRNN((2,), kernel_size=(3, 5)), (4, 4, 1), r"kernel_size=\[3, 5\].*\[3, 3\]"),
        (ModeRNN((2,), num_slots=2, slot_scale=True), (4, 4, 1), "slot_scale=True"),
        (ModeRNN((2,), num_slots=2, softmax_importance=True), (4, 4, 1), "softmax_importance"),
        (ModeRNN((2,), num_slots=2, layer_norm=False), (4, 4, 1), "layer_norm=False"),
        (ModeRNN((2,), num_slots=2, batch_norm=False), (4, 4, 1), "batch_norm=False"),
        (ModeRNN((2, 4), num_slots=2), (4, 4, 1), r"filters=\(2, 4\).*\(2, 2\)"),
        (ModeRNN((2,), num_slots=2), (4, 8, 1), r"image size=\(4, 8\).*\(4, 4\)"),
        (SlowVAE(latent_size=2), (32, 32, 1), r"image size=\(32, 32\).*\(64, 64\)"),
        (ConvLSTM((2,)), (4, 4, 1), "a ConvLSTM"),
    ],
)
def test_refuses_what_the_reference_code_cannot_be(network, image_shape, message, tmp_path):
    network.build((None, None, *image_shape))
    with pytest.raises(ValueError, match=f"export_torch_checkpoint: received .*{message}"):
        export_torch_checkpoint(network, tmp_path / "w.npz")
    assert list(tmp_path.iterdir()) == []


def test_refuses_an_unbuilt_model_and_a_file_that_exists(tmp_path):
    with pytest.raises(ValueError, match="a PredRNN that is not built"):
        export_torch_checkpoint(tiny_forecaster(), tmp_path / "w.npz")
    network = randomised(tiny_network(), (4, 4, 1))
    path = export_torch_checkpoint(network, tmp_path / "w.npz")
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"export_torch_checkpoint: .*nothing is overwritten"):
        export_torch_checkpoint(network, path)
    assert path.read_bytes() == before
