"""The command line on real data: MNIST digits, a video, a radar series."""

import pathlib

import numpy as np
import pytest

DATA = pathlib.Path(__file__).resolve().parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.needs_data


def data_file(name):
    if not (DATA / name).is_file():
        pytest.skip(f"shared/data/{name} is not beside the project")
    return DATA / name


def demo(run, data, tmp_path, *more):
    arguments = ("demo", "--data", data, "--out", tmp_path / "demo", "--batch-size", 2)
    status, out, err = run(*arguments, *more)
    assert status == 0, err
    assert "MSE persistence" in out
    for name in ("model.keras", "forecast_strip.png", "forecast.gif", "saved_model/1"):
        assert (tmp_path / "demo" / name).exists()


@pytest.mark.long
def test_mnist(run, tmp_path):
    demo(run, data_file("mnist.npz"), tmp_path, "--steps", 2)


@pytest.mark.long
def test_video(run, tmp_path):
    frames = np.load(data_file("video_nasa_13013_gray_90x160.npz"))["gray"]
    np.save(tmp_path / "video.npy", frames[:, 1:89:2, ::2])  # (325, 44, 80), one long sequence
    demo(run, tmp_path / "video.npy", tmp_path, "--steps", 1, "--stride", 20)


def test_radar(run, tmp_path):
    with np.load(data_file("radar_mrms_20190610_2min_3win.npz")) as radar:
        name = next(key for key in radar.files if radar[key].ndim in (3, 4))
        codes = radar[name].reshape(-1, *radar[name].shape[-3:])[0]  # one window (36, 512, 512)
    rate = np.where(codes == 65535, 0, codes) / 10.0  # mm/h; no coverage counts as dry
    np.save(tmp_path / "radar.npy", rate[:, ::8, ::8].astype("float32"))
    windows = ("--context-length", 3, "--horizon", 3)
    demo(run, tmp_path / "radar.npy", tmp_path, "--steps", 2, *windows)
