"""`evaluate` of a file that holds a SlowVAE."""

import numpy as np


def test_scores_and_pictures(trained_slowvae, run, tmp_path, few_samples):
    status, out, err = run("evaluate", trained_slowvae, "--out", tmp_path / "e", "--seed", 3)
    assert status == 0, err
    assert "mcc" in out and "Active latents" in out
    names = ["scores.json", "code_factor_matrix.png", "active_units.png", "code_transitions.png"]
    for name in [*names, "latent_traversal.png", "latent_traversal.gif"]:
        assert (tmp_path / "e" / name).is_file()
        assert name in out


def test_flags_of_forecasters_are_refused(trained_slowvae, run, tmp_path):
    arguments = ("evaluate", trained_slowvae, "--out", tmp_path / "e")
    status, _, err = run(*arguments, "--horizon", 3, "--batch-size", 2)
    assert status == 2
    assert "received --horizon, --batch-size for a file that holds a SlowVAE" in err
    assert not (tmp_path / "e").exists()


def test_flags_of_slowvae_are_refused_for_forecasters(trained, run, tmp_path):
    arguments = ("evaluate", trained, "--out", tmp_path / "e", "--protocol", "quick")
    status, _, err = run(*arguments)
    assert status == 2
    assert "received --protocol for a file that holds a Forecaster" in err


def test_images_of_another_shape_are_refused(trained_slowvae, run, tmp_path):
    arguments = ("evaluate", trained_slowvae, "--data", "sprites=hue", "--out", tmp_path / "e")
    status, _, err = run(*arguments)
    assert status == 2
    assert "images of shape (64, 64, 3)" in err and "(64, 64, 1)" in err
    assert not (tmp_path / "e").exists()


def test_continuous_factors_have_the_scores_defined_for_them(
    trained_slowvae, kitti_file, run, tmp_path, monkeypatch
):
    from st_keras.cli.slowvae import evaluation

    monkeypatch.setattr(evaluation, "IMAGES_DRAWN", 40)
    data = f"kitti-masks={kitti_file}"
    status, out, err = run("evaluate", trained_slowvae, "--data", data, "--out", tmp_path / "e")
    assert status == 0, err
    assert "mcc" in out
    assert "mig" not in [line.split()[0] for line in out.splitlines() if line]


def test_a_picture_is_not_uniform(trained_slowvae, run, tmp_path, few_samples):
    from PIL import Image

    run("evaluate", trained_slowvae, "--out", tmp_path / "e")
    for name in ("latent_traversal.png", "code_factor_matrix.png"):
        pixels = np.asarray(Image.open(tmp_path / "e" / name).convert("L"))
        assert pixels.std() > 5
