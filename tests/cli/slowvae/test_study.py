"""`study slowvae`: members, intervals, and going on after a stop."""

import json

import keras
import numpy as np
import pytest
from scipy import stats

from st_keras.cli.slowvae import study
from st_keras.datasets import LatentPairs, Sprites
from tests.uncompiled import UNCOMPILED

STUDY = ("study", "slowvae", "--seeds", 2, "--steps", 2, "--batch-size", 2)
pytestmark = UNCOMPILED


def test_trains_and_scores_every_member(run, tmp_path, few_samples):
    status, out, err = run(*STUDY, "--out", tmp_path / "s")
    assert status == 0, err
    written = json.loads((tmp_path / "s" / "scores.json").read_text())
    assert set(written["scores"]) == {"slowvae", "beta-vae"}
    for method in written["scores"]:
        assert len(written["scores"][method]["mcc"]) == 2
        for seed in (0, 1):
            assert (tmp_path / "s" / f"{method}-seed{seed}.keras").is_file()
    assert (tmp_path / "s" / "score_intervals.png").is_file()
    table = out[out.index("score ") :]
    assert "slowvae" in table and "beta-vae" in table and "+-" in table


def test_goes_on_where_it_was_stopped(run, tmp_path, few_samples, monkeypatch):
    trained = []

    def stop_at_the_third(source, method, seed, *_):
        if len(trained) == 2:
            trained.clear()
            raise KeyboardInterrupt
        trained.append((method, seed))
        model = study.SlowVAE(latent_size=2)
        model.build((None, None, *source.image_shape))
        return model

    monkeypatch.setattr(study, "train_member", stop_at_the_third)
    assert run(*STUDY, "--out", tmp_path / "s")[0] == 130
    assert len(list((tmp_path / "s").glob("*.keras"))) == 2
    before = (tmp_path / "s" / "slowvae-seed0.keras").read_bytes()
    status, out, _ = run(*STUDY, "--out", tmp_path / "s")
    assert status == 0
    assert out.count("already trained") == 2
    assert trained == [(method, 1) for method in study.METHODS]
    assert (tmp_path / "s" / "slowvae-seed0.keras").read_bytes() == before


def test_another_study_in_the_folder_is_refused(run, tmp_path):
    (tmp_path / "s").mkdir()
    settings = dict.fromkeys(study.SETTINGS) | {"data": "sprites", "steps": 2}
    (tmp_path / "s" / "study.json").write_text(json.dumps({**settings, "batch_size": 3}))
    status, _, err = run(*STUDY, "--out", tmp_path / "s")
    assert status == 2
    assert "a study with another batch_size" in err


def test_a_folder_of_something_else_is_refused(run, tmp_path):
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "mine.txt").write_text("mine")
    status, _, err = run(*STUDY, "--out", tmp_path / "s")
    assert status == 2
    assert "nothing is overwritten" in err


@pytest.mark.long
def test_members_differ_in_method_and_seed_alone():
    source = LatentPairs(Sprites())
    models = {
        key: study.train_member(source, *key, steps=2, batch_size=2, verbose=0)
        for key in (("slowvae", 0), ("slowvae", 1), ("beta-vae", 0))
    }
    again = study.train_member(source, "slowvae", 0, steps=2, batch_size=2, verbose=0)
    weights = {key: model.get_weights()[0] for key, model in models.items()}
    np.testing.assert_array_equal(again.get_weights()[0], weights["slowvae", 0])
    assert not np.array_equal(weights["slowvae", 1], weights["slowvae", 0])
    assert models["beta-vae", 0].gamma == 0.0
    assert isinstance(again.optimizer, keras.optimizers.Adam)
    assert float(again.optimizer.learning_rate) == pytest.approx(1e-4)


def test_table_of_intervals_and_differences():
    results = {
        "slowvae": {"mcc": [0.60, 0.62, 0.61], "mig": [0.1, 0.3, 0.2]},
        "beta-vae": {"mcc": [0.40, 0.43, 0.40], "mig": [0.1, 0.3, 0.2]},
    }
    mcc, mig = study.study_table(results).splitlines()[1:]
    assert mcc.split()[-1] == "no" and mig.split()[-1] == "yes"
    assert "0.610 +- 0.025" in mcc  # t = 4.303 with 2 degrees of freedom, times 0.01 / sqrt(3)
    welch = stats.ttest_ind(*(results[m]["mcc"] for m in results), equal_var=False)
    low, high = welch.confidence_interval(0.95)
    assert f"{(low + high) / 2:.3f} +- {(high - low) / 2:.3f}" in mcc
    one = {method: {"mcc": [0.5]} for method in results}
    row = study.study_table(one).splitlines()[1].split()
    assert row == ["mcc", "0.500", "0.500", "0.000", "?"]


def test_table_of_scores_that_do_not_vary():
    same = {method: {"mcc": [value] * 2} for method, value in (("a", 0.5), ("b", 0.25))}
    row = study.study_table(same).splitlines()[1].split()
    assert " ".join(row) == "mcc 0.500 +- 0.000 0.250 +- 0.000 0.250 +- 0.000 no"
