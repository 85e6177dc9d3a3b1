"""Weights of the reference codes, with nothing but an image shape, give the golden numbers."""

import itertools

import keras
import numpy as np
import pytest

from st_keras.export import import_torch_checkpoint
from st_keras.export.reference_weights import reference_shapes
from st_keras.layers import FrameNormalization
from st_keras.models import SlowVAE
from st_keras.ops import frames_to_patches, patches_to_frames
from st_keras.training import Forecaster
from tests.golden import Golden
from tests.tiny import random_frames, tiny_network

FORECASTERS = [
    ("predrnn_v1", "npz"),
    ("predrnn_v1_layernorm", "safetensors"),
    ("predrnn_v2", "ckpt"),
    ("predrnn_v2_layernorm", "npz"),
    ("predrnn_v2_action", "ckpt"),
    ("modernn_eval", "safetensors"),
]


def saved(weights, path, wrap=lambda tensors: {"net_param": tensors}):
    """Write a checkpoint with the packages themselves, not with our own writer."""
    if path.suffix == ".npz":
        np.savez(path, **weights)
        return path
    if path.suffix == ".safetensors":
        reason = "needs safetensors: pip install 'st_keras[torch]'"
        pytest.importorskip("safetensors.numpy", reason=reason).save_file(weights, path)
        return path
    torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'st_keras[torch]'")
    torch.save(wrap({name: torch.tensor(array) for name, array in weights.items()}), path)
    return path


def largest(difference):
    return float(np.max(np.abs(difference)))


@pytest.mark.needs_data
@pytest.mark.parametrize(("name", "suffix"), FORECASTERS)
def test_golden_forecasts(name, suffix, tmp_path):
    golden, meta = Golden(name), Golden(name).meta
    image_shape, length = (*[meta["img_width"]] * 2, meta["img_channel"]), meta["input_length"]
    path = saved(golden.group("param"), tmp_path / f"model.{suffix}")
    model = import_torch_checkpoint(path, image_shape=image_shape, context_length=length)
    network = model.network

    assert isinstance(model, Forecaster)
    assert network.filters == tuple(meta["num_hidden"])
    assert network.patch_size == meta["patch_size"]
    if "num_slots" in meta:
        assert network.num_slots == meta["num_slots"]
    else:
        assert tuple(np.broadcast_to(network.kernel_size, 2)) == (meta["filter_size"],) * 2
        assert network.layer_norm == bool(meta["layer_norm"])
        assert network.decoupling == golden.decoupling
    assert network.action_size == (meta.get("num_action_ch") or None)

    all_frames = golden.frames()
    frames, actions = np.split(all_frames, [meta["img_channel"]], axis=-1)
    given = {"actions": actions[:, :-1, 0, 0]} if network.action_size else {}
    predictions = network(frames[:, :-1], observed_mask=golden.observed_mask(), **given)
    forward = largest(predictions - golden.unpatched("next_frames_patched"))
    theirs = golden.unpatched("free_running_next_frames_patched")[:, length - 1 :]
    forecast = model.forecast(frames[:, :length], theirs.shape[1], **given)
    print(f"{name}: forward {forward:.1e}, free-running {largest(forecast - theirs):.1e}")
    assert forward <= 1e-5
    assert largest(forecast - theirs) <= 1e-5


@pytest.mark.needs_data
def test_golden_codes(tmp_path):
    golden = Golden("slowvae_1ch")
    path = saved(
        golden.group("param"),
        tmp_path / "last.pt",
        lambda tensors: {"iter": 1, "model_states": {"net": tensors}, "optim_states": {}},
    )
    model = import_torch_checkpoint(path)
    assert model.latent_size == golden.meta["latent_dim"]
    assert model.image_shape == (64, 64, golden.meta["num_channels"])
    images = golden["images_nchw"].transpose(0, 2, 3, 1)
    mean, log_var = model.posterior_moments(images)
    codes = golden["posterior_mean"] + np.exp(0.5 * golden["posterior_logvar"]) * golden["eps"]
    probabilities = 1 / (1 + np.exp(-golden["decoder_logits_nchw"].transpose(0, 2, 3, 1)))
    assert largest(mean - golden["posterior_mean"]) <= 1e-5
    assert largest(log_var - golden["posterior_logvar"]) <= 1e-5
    assert largest(model.decode(codes) - probabilities) <= 1e-5


def written_by_torch(torch, weights, path):
    """Write weights as published training scripts do; in the older format where the name says."""
    wrapped = {"net_param": weights} if path.suffix == ".ckpt" else weights
    torch.save(wrapped, path, _use_new_zipfile_serialization="old" not in path.name)
    return path


@pytest.mark.parametrize(
    ("name", "layer_norm", "decoupling"),
    [
        *(("model.ckpt", *each) for each in itertools.product([False, True], repeat=2)),
        *(("model.pth", False, True), ("old.ckpt", True, False)),
    ],
)
def test_a_network_of_pytorch_that_was_written_by_it(name, layer_norm, decoupling, tmp_path):
    """The two forecast the same; no golden files are needed."""
    torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'st_keras[torch]'")
    from benchmarks.torch_predrnn import TorchPredRNN

    torch.manual_seed(0)
    patched = (4, 6)
    network = TorchPredRNN(4, (8, 8), 5, patched if layer_norm else None, decoupling)
    path = written_by_torch(torch, network.state_dict(), tmp_path / name)
    model = import_torch_checkpoint(path, image_shape=(8, 12, 1), context_length=3)

    frames, horizon = random_frames(2, 3, 8, 12, 1), 5
    steps = 3 + horizon
    inputs = np.zeros((2, steps, *patched, 4), "float32")
    inputs[:, :3] = frames_to_patches(frames, 2)
    observed = np.zeros((2, steps - 1), "float32")
    observed[:, :3] = 1
    with torch.no_grad():
        theirs, _ = network(torch.tensor(inputs), torch.tensor(observed))
    theirs = np.asarray(patches_to_frames(theirs.numpy()[:, 2:], 2))
    ours = model.forecast(frames, horizon)
    print(f"{name}: within {largest(ours - theirs):.1e} of PyTorch's own forecast")
    assert np.ptp(theirs, axis=1).max() > 1e-3  # it moves
    assert largest(ours - theirs) <= 1e-5


@pytest.mark.parametrize("name", ["last", "old.pth"])
def test_a_slowvae_of_pytorch_that_was_written_by_it(name, tmp_path):
    torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'st_keras[torch]'")
    from benchmarks.torch_slowvae import TorchSlowVAE

    slowvae = SlowVAE(latent_size=10)
    slowvae.build((None, 2, 64, 64, 1))
    torch.manual_seed(0)
    published = reference_shapes(slowvae)
    network, images = TorchSlowVAE(), random_frames(3, 64, 64, 1)
    # In the same order; the places in their Sequential differ.
    weights = dict(zip(published, network.state_dict().values(), strict=True))
    assert all(tuple(w.shape) == published[n] for n, w in weights.items())
    whole = {"iter": 1, "model_states": {"net": weights}, "optim_states": {}}
    path = written_by_torch(torch, whole if name == "last" else weights, tmp_path / name)
    model = import_torch_checkpoint(path)
    with torch.no_grad():
        moments = network.encoder(torch.tensor(images.transpose(0, 3, 1, 2))).numpy()
        logits = network.decoder(torch.tensor(moments[:, :10]))
        pixels = torch.sigmoid(logits).numpy().transpose(0, 2, 3, 1)
    ours = np.concatenate([np.asarray(each) for each in model.posterior_moments(images)], 1)
    print(f"{name}: codes within {largest(ours - moments):.1e} of PyTorch's own")
    assert np.ptp(moments, axis=0).max() > 1e-3
    assert largest(ours - moments) <= 1e-5
    assert largest(model.decode(moments[:, :10]) - pixels) <= 1e-5


@pytest.fixture(scope="module")
def theirs():
    """Weights of a small V2 network by the names of the reference codes."""
    network = tiny_network()
    network.build((None, None, 4, 6, 1))
    rng = np.random.default_rng(0)
    shapes = reference_shapes(network)
    return {n: rng.normal(0, 0.3, shape).astype("float32") for n, shape in shapes.items()}


def test_a_mapping_with_the_names_of_openstl(theirs):
    plain = import_torch_checkpoint(theirs, (4, 6, 1))
    lightning = {"state_dict": {f"model.{name}": array for name, array in theirs.items()}}
    parallel = {"net_param": {f"module.{name}": array for name, array in theirs.items()}}
    frames = random_frames(1, 3, 4, 6, 1)
    expected = plain.forecast(frames, 2)
    for content in (lightning, parallel):
        model = import_torch_checkpoint(content, (4, 6, 1), context_length=3)
        np.testing.assert_array_equal(model.forecast(frames, 2), expected)
    assert (plain.context_length, model.context_length) == (10, 3)


def test_half_precision(theirs):
    half = {name: array.astype("float16") for name, array in theirs.items()}
    model = import_torch_checkpoint(half, (4, 6, 1))
    kernel = model.network.rnn.cell.frame_head.kernel
    assert kernel.dtype == "float32"
    expected = half["conv_last.weight"].transpose(2, 3, 1, 0).astype("float32")
    np.testing.assert_array_equal(kernel.numpy(), expected)


def test_v2_as_v1_and_normalization(theirs):
    model = import_torch_checkpoint(theirs, (4, 6, 1), decoupling=False)
    assert model.network.loss_terms == ()
    grey = FrameNormalization.from_range(0, 255)
    scaled = import_torch_checkpoint(theirs, (4, 6, 1), normalization=grey)
    frames = random_frames(1, 3, 4, 6, 1)
    np.testing.assert_allclose(
        scaled.forecast(255 * frames, 2) / 255, model.forecast(frames, 2), atol=1e-5
    )


def test_the_model_is_saved(theirs, tmp_path):
    model = import_torch_checkpoint(theirs, (4, 6, 1), context_length=2)
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    frames = random_frames(2, 4, 4, 6, 1)
    np.testing.assert_array_equal(loaded.forecast(frames, 2), model.forecast(frames, 2))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cell_list.1.conv_m.0.weight": None}, r"missing: \['cell_list.1.conv_m.0.weight'\]"),
        ({"extra.weight": np.ones(1)}, r"does not have: \['extra.weight'\]"),
        (
            {"conv_last.weight": np.ones((5, 4, 1, 1))},
            r"conv_last.weight': \(\(1, 1, 4, 5\), \(1, 1, 4, 4\)\)",
        ),
        ({"conv_last.weight": np.full((4, 4, 1, 1), np.nan)}, "not finite"),
    ],
)
def test_mismatches_list_both_sides(theirs, change, message):
    changed = {name: a for name, a in {**theirs, **change}.items() if a is not None}
    with pytest.raises(ValueError, match=f"import_torch_checkpoint: received .*{message}"):
        import_torch_checkpoint(changed, (4, 6, 1))


def test_refusals_name_the_function(theirs, tmp_path):
    for source, image_shape, message in (
        (tmp_path / "absent.ckpt", None, "which is no file"),
        (theirs, None, "no image_shape"),
        (theirs, (4, 6, 3), "reads 4 channels"),
        ({"epoch": 3}, None, "no arrays of numbers"),
    ):
        with pytest.raises(ValueError, match=f"import_torch_checkpoint: received .*{message}"):
            import_torch_checkpoint(source, image_shape)
    with pytest.raises(ValueError, match="PredRNN: received H=5 with patch_size=2"):
        import_torch_checkpoint(theirs, (5, 6, 1))
