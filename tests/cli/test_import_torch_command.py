"""`st-keras import-torch`: a checkpoint in, a model file and what to do with it out."""

import keras
import numpy as np
import pytest

from st_keras.export import export_torch_checkpoint
from st_keras.models import ModeRNN, SlowVAE
from tests.golden import Golden
from tests.tiny import tiny_network
from tests.tiny_actions import tiny_action_network


def checkpoint(network, image_shape, tmp_path):
    network.build((None, None, *image_shape))
    return export_torch_checkpoint(network, tmp_path / "in.npz")


def save_as_the_reference_does(path, weights):
    if path.suffix == ".npz":
        np.savez(path, **weights)
        return
    torch = pytest.importorskip("torch", reason="needs PyTorch: pip install 'st_keras[torch]'")
    tensors = {name: torch.tensor(np.array(array)) for name, array in weights.items()}
    torch.save({"net_param": tensors}, path)


@pytest.mark.needs_data
@pytest.mark.parametrize("name", ["in.npz", pytest.param("in.ckpt", marks=pytest.mark.long)])
def test_golden_forecast(name, run, tmp_path):
    golden = Golden("predrnn_v2")
    save_as_the_reference_does(tmp_path / name, golden.group("param"))
    out, length = tmp_path / "new" / "out.keras", golden.meta["input_length"]
    flags = ("--image-shape", "16,16,1", "--context-length", length)
    status, printed, _ = run("import-torch", tmp_path / name, out, *flags)
    assert status == 0
    rows = dict(line.split(maxsplit=1) for line in printed.splitlines() if line.startswith("  "))
    assert rows["layers"] == "4"
    assert rows["filters"] == "8, 8, 8, 8"
    assert rows["patch_size"] == "4"
    assert rows["decoupling"] == "True"
    assert "PredRNN in " in printed
    assert "assumed: forget_bias=1.0" in printed
    assert f"st-keras forecast {out} --data FRAMES" in printed

    model = keras.models.load_model(out)
    assert f"{model.count_params():,}" == rows["parameters"]
    assert model.context_length == length
    theirs = golden.unpatched("free_running_next_frames_patched")[:, length - 1 :]
    forecast = model.forecast(golden.frames()[:, :length], theirs.shape[1])
    difference = np.max(np.abs(forecast - theirs))
    print(f"{name}: free-running frames within {difference:.1e}")
    assert difference <= 1e-5


def test_what_it_advises_runs(run, tmp_path):
    source, out = checkpoint(tiny_network(), (4, 6, 1), tmp_path), tmp_path / "out.keras"
    flags = ("--image-shape", "4,6,1", "--context-length", "2")
    assert run("import-torch", source, out, *flags)[0] == 0
    np.save(tmp_path / "f.npy", np.random.default_rng(0).random((2, 5, 4, 6)))
    data, forecast = ("--data", tmp_path / "f.npy"), tmp_path / "forecast.npy"
    assert run("forecast", out, *data, "--horizon", 2, "--out", forecast)[0] == 0
    assert np.load(forecast).shape == (2, 2, 4, 6, 1)


@pytest.mark.parametrize(
    ("make", "image_shape", "lines"),
    [
        (
            tiny_action_network,
            (8, 8, 1),
            ("action_size  2", "residual=True", "forecast(frames, horizon, actions=actions)"),
        ),
        (
            lambda: ModeRNN((4,), num_slots=2, patch_size=2),
            (4, 4, 1),
            ("num_slots ", "slot_scale=False", "st-keras forecast"),
        ),
        (
            lambda: SlowVAE(latent_size=2),
            (64, 64, 1),
            ("latent_size  2", "gamma=10.0", ".encode(images)"),
        ),
    ],
)
def test_other_networks(make, image_shape, lines, run, tmp_path):
    source = checkpoint(make(), image_shape, tmp_path)
    flags = ("--image-shape", ",".join(map(str, image_shape)))
    status, printed, _ = run("import-torch", source, tmp_path / "out.keras", *flags)
    assert status == 0
    assert (tmp_path / "out.keras").is_file()
    assert all(line in printed for line in lines)


def test_refusals(run, tmp_path):
    source = checkpoint(tiny_network(), (4, 6, 1), tmp_path)
    (tmp_path / "mine.keras").write_text("mine")
    for arguments, message in (
        ((source, tmp_path / "mine.keras", "--image-shape", "4,6,1"), "which exists"),
        ((source, tmp_path / "out.h5", "--image-shape", "4,6,1"), "a name that ends in .keras"),
        ((source, tmp_path / "in.npz" / "out.keras"), "is no folder"),
        ((source, tmp_path / "out.keras"), "no image_shape"),
        ((source, tmp_path / "out.keras", "--image-shape", "4,6"), "three numbers H,W,C"),
        ((source, tmp_path / "out.keras", "--image-shape", "4,6,x"), "received '4,6,x'"),
        ((tmp_path / "absent.ckpt", tmp_path / "out.keras"), "which is no file"),
        ((source,), "OUT.keras"),
    ):
        status, printed, err = run("import-torch", *arguments)
        assert (status, printed) == (2, "")
        assert message in err
        assert "Required:" in err
    assert (tmp_path / "mine.keras").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.npz", "mine.keras"]
