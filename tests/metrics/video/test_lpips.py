"""LPIPS is that of the package `lpips`, with weights from a file; random ones of a seed here."""

import sys

import numpy as np
import pytest
import tensorflow as tf

from st_keras.metrics.video import compare_frames, frame_table
from tests.refusals import refused

# `lpips` calls torchvision by the names of an older version.
pytestmark = pytest.mark.filterwarnings("ignore:(The parameter|Arguments other):UserWarning")
RNG = np.random.default_rng(0)
TRUTH = RNG.random((2, 2, 40, 48, 1)).astype("float32")
FORECAST = np.clip(TRUTH + RNG.normal(0, 0.3, TRUTH.shape), -0.2, 1.2).astype("float32")


def metric(*arguments, **keywords):
    from st_keras.metrics.video.lpips import LPIPS

    return LPIPS(*arguments, **keywords)


@pytest.fixture(scope="module")
def packages():
    """`(torch, lpips)`, also beside a torchvision whose compiled part is of another PyTorch."""
    torch = pytest.importorskip("torch")
    try:
        pytest.importorskip("torchvision")
    except RuntimeError:  # it lacks its compiled operators, of which AlexNet has none
        for operator in ("nms", "qnms"):
            signature = "(Tensor boxes, Tensor scores, float threshold) -> Tensor"
            torch.library.define(f"torchvision::{operator}", signature)
    return torch, pytest.importorskip("lpips")


@pytest.fixture(scope="module")
def theirs(packages):
    """Their network, with random weights of a seed."""
    torch, lpips = packages
    torch.manual_seed(3)
    return lpips.LPIPS(net="alex", pnet_rand=True, verbose=False)


@pytest.fixture(scope="module")
def weights(packages, theirs, tmp_path_factory):
    """A file as torchvision's: `features.0.weight` and so on, and a classifier that counts not."""
    torch, _ = packages
    path = tmp_path_factory.mktemp("weights") / "alexnet.pth"
    state = {f"features.{k.partition('.')[2]}": v for k, v in theirs.net.state_dict().items()}
    torch.save({**state, "classifier.1.weight": torch.zeros(2)}, path)
    return path


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("protocol", ["thuml", "openstl"])
def test_equal_to_the_package(packages, theirs, weights, protocol, channels):
    torch, _ = packages
    truth, forecast = (np.repeat(each, channels, axis=-1) for each in (TRUTH, FORECAST))
    if channels == 3:
        truth = truth * np.array([1.0, 0.5, 0.2], "float32")
    own = metric(weights, protocol, max_value=255, horizon=2)
    own.update_state(255 * truth, 255 * forecast)
    images = [
        torch.from_numpy(np.repeat(each, 3 // channels, axis=-1)).reshape(4, 40, 48, 3)
        for each in (truth, np.clip(forecast, 0, 1))
    ]
    with torch.no_grad():
        images = [each.movedim(-1, 1) for each in images]
        each = theirs(*images, normalize=protocol == "openstl").numpy().reshape(2, 2)
    np.testing.assert_allclose(own.per_lead_time(), each.mean(axis=0), rtol=1e-4)
    assert own.get_config()["weights"] == str(weights)


def test_properties(weights):
    own = metric(weights)
    own.update_state(TRUTH, TRUTH)
    assert float(own.result()) == 0.0
    near, far = metric(weights), metric(weights)
    near.update_state(TRUTH, TRUTH + 0.1 * (FORECAST - TRUTH))
    far.update_state(TRUTH, FORECAST)
    assert 0 < float(near.result()) < float(far.result())


def test_a_row_of_the_table(weights):
    forecasts = {"net": 0.5 * (TRUTH + FORECAST), "persistence": FORECAST}
    told = {"baselines": ("persistence",), "resamples": 20, "lpips": weights}
    found = compare_frames(TRUTH, forecasts, (0, 1), "thuml", **told)
    assert found.skill["net"]["lpips"].value > 0 and "LPIPS" in frame_table(found)
    assert "AlexNet of lpips v0.1, images in [0, 1]" in found.how["lpips"]


def test_refusals(packages, theirs, weights, tmp_path):
    torch, _ = packages
    refused("none.pth', which is no file", metric, tmp_path / "none.pth")
    (tmp_path / "text.pth").write_text("weights")
    refused("text.pth', which PyTorch cannot read", metric, tmp_path / "text.pth")
    torch.save(Evil(), tmp_path / "evil.pth")
    refused("evil.pth', which PyTorch cannot read", metric, tmp_path / "evil.pth")
    torch.save({"features.0.weight": torch.zeros(2)}, tmp_path / "other.pth")
    refused("lacks features.0.weight or has another shape", metric, tmp_path / "other.pth")
    own = metric(weights)
    small = TRUTH[:, :, :30]
    refused("frames of 30x48 pixels.*at least 31", own.update_state, small, small)


@pytest.mark.parametrize("channels", [2, 4, 6])
def test_other_channels_are_refused_before_the_network(channels, monkeypatch):
    from st_keras.metrics.video import lpips

    monkeypatch.setattr(lpips, "_network", lambda path: None)
    frames = np.repeat(TRUTH, channels, axis=-1)
    told = f"frames of {channels} channels.*1 or 3 channels"
    own = metric("alexnet.pth")
    refused(told, own.update_state, frames, frames)
    # In a graph what is raised inside the network is an error of TensorFlow's.
    refused(told, tf.function(own.update_state, autograph=False), frames, frames)


class Evil:
    """What unpickling would run."""

    def __reduce__(self):
        return (pytest.fail, ("unpickled",))


@pytest.mark.parametrize("missing", ["torch", "torchvision", "lpips"])
def test_without_a_package(missing, monkeypatch):
    if missing != "torch":
        pytest.importorskip("torch")
    if missing == "lpips":
        monkeypatch.setitem(sys.modules, "torchvision", sys)
    monkeypatch.setitem(sys.modules, missing, None)
    refused(r"LPIPS: .*pip install .*st_keras\[lpips\]", metric, "alexnet.pth")


def test_packages_that_do_not_work_together(monkeypatch):
    from st_keras.metrics.video import lpips

    def broken(where, module, *_):
        if module == "torchvision":
            raise RuntimeError("operator torchvision::nms does not exist")

    monkeypatch.setattr(lpips, "require", broken)
    refused("packages that do not work together", metric, "alexnet.pth")
