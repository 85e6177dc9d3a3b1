"""`demo slowvae`: everything at once, in a folder of its own."""

import keras


def test_writes_everything_and_says_where(run, tmp_path, monkeypatch, few_samples):
    monkeypatch.chdir(tmp_path)
    status, out, err = run("demo", "slowvae", "--steps", 1, "--batch-size", 2)
    assert status == 0, err
    names = ["model.keras", "training_curve.png", "run.json", "scores.json"]
    for name in [*names, "latent_traversal.gif", "code_factor_matrix.png"]:
        assert (tmp_path / "st_keras_demo" / name).is_file()
        assert f"st_keras_demo/{name}" in out
    assert "mcc" in out
    model = keras.models.load_model(tmp_path / "st_keras_demo" / "model.keras")
    assert (model.beta, model.gamma, model.rate) == (1.0, 10.0, 6.0)


def test_an_interrupted_demo_stops_after_saving(run, monkeypatch, tmp_path):
    def interrupt(self, *arguments, **keywords):
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(keras.Model, "fit", interrupt)
    status, out, _ = run("demo", "slowvae", "--steps", 1)
    assert status == 130
    assert "Scoring" not in out and "Written:" in out
    assert (tmp_path / "st_keras_demo" / "model.keras").is_file()
