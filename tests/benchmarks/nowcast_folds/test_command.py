"""The command on small files, with a model that needs no training, and its refusals."""

import json

import numpy as np
import pytest

from benchmarks import nowcast_folds
from benchmarks.__main__ import main as benchmarks
from benchmarks.nowcast_folds import command, ensemble_scores, fold_scores, fold_training
from tests.benchmarks.nowcast_folds.radar_files import moving_rain
from tests.benchmarks.nowcast_folds.stand_in_model import StandInModel
from tests.refusals import refused


@pytest.fixture
def trained(monkeypatch):
    """What `train_fold` was called with; it writes what the command reads."""
    calls = []

    def train_fold(*arguments):
        folder = arguments[1]
        folder.mkdir(parents=True)
        (folder / "training.json").write_text(json.dumps({"left_out": arguments[0]}))
        calls.append(arguments)
        return StandInModel()

    monkeypatch.setattr(command, "train_fold", train_fold)
    monkeypatch.setattr(fold_scores, "METHODS", ("persistence", "zero"))
    return calls


def members_of_steps(context, horizon, members, minutes, seed):
    frames = np.repeat(context[:, None, -1:], horizon, axis=2)
    return frames * np.arange(members).reshape(-1, 1, 1, 1, 1)


def test_a_fold_from_the_files_to_tables_and_pictures(tmp_path, trained, monkeypatch, capsys):
    monkeypatch.setattr(ensemble_scores, "steps_ensemble", members_of_steps)
    data, out = moving_rain(tmp_path), tmp_path / "out"
    told = f"--events fmi_2017 --output {out} --data {data} --members 3 --seed 4 --batches 5"
    told += " --made-share 0.25"
    assert benchmarks(["nowcast_folds", *told.split()]) == 0
    assert trained == [("fmi_2017", out / "fmi_2017", "unet", 5, 4, 4, 0.25, data)]
    name, folder = "fmi_20170509", out / "fmi_2017"
    shown = capsys.readouterr().out
    found = json.loads((folder / f"{name}.json").read_text())
    assert found["training"] == {"left_out": "fmi_2017"}
    assert found["decision"] == {"name": "csi", "area_limit": 9.0, "lowest_cut": 0.1}
    assert set(found["scores"]) == set(found["gains"]) == {"all", "inside"}
    # The model is persistence: as good as its row, not better.
    assert found["gains"]["all"]["csi@1"] == pytest.approx(0, abs=1e-6)
    assert "all pixels: not above the best row in csi@0.5 +0.000" in shown
    assert ", within 0.8..1.25" in shown
    assert set(found["ensembles"]) == {"nowcaster", "steps"}
    assert len(found["ensembles"]["steps"]["ranks"][0]) == 4
    for table in (f"{name}, all pixels", f"{name}, inside pixels", f"{name}, ensembles"):
        assert table in shown and table in (folder / f"{name}.md").read_text()
    for picture in ("by_lead_time", "reliability", "ranks", "worst", "median", "best"):
        assert (folder / f"{name}_{picture}.png").stat().st_size > 1000


def test_a_preset_says_what_it_was_trained_on_and_what_it_scores(tmp_path, monkeypatch, capsys):
    training = {"left_out": "mrms", "events": ["fmi_2016", "knmi"]}
    (tmp_path / "training.json").write_text(json.dumps(training))
    written = []
    monkeypatch.setattr(command, "write_manifest", written.append)
    own = {"mean": {"csi@1": 0.5}, "interval": {"csi@1": [0.4, 0.6]}, "leads": {}}
    scored = {
        "mrms_w3": {
            "scores": {"all": {"scores": {"nowcaster csi": own, "zero": {}}}},
            "gains": {"all": {"csi@1": 0.01}},
        }
    }

    class Options:
        preset, output = tmp_path / "presets" / "mine", tmp_path / "folds"
        residual, decision, made_share = "unet", "csi", 0.1
        batches, batch_size, seed = 5, 2, 0

    class Model:
        def save_to_preset(self, folder, provenance):
            written.append((folder, provenance))

    command._ship(Model(), tmp_path, scored, Options())
    (folder, provenance), manifest = written
    assert folder == Options.preset and manifest == folder.parent
    assert provenance["run"]["training"] == training
    typed = " ".join(provenance["run"]["command"])
    assert "--events mrms --residual unet --batches 5" in typed
    assert typed.endswith("--output folds --preset mine")
    assert set(provenance["data"]) == {"fmi_2016", "knmi"} and all(provenance["data"].values())
    assert provenance["scores"]["mrms_w3"] == {
        "mean": own["mean"],
        "interval": own["interval"],
        "less_the_best_row": {"all": {"csi@1": 0.01}},
    }
    assert str(folder) in capsys.readouterr().out


def test_trained_alone_nothing_is_scored(tmp_path, trained, capsys):
    told = f"--train-only --output {tmp_path / 'out'} --data {moving_rain(tmp_path)}"
    assert nowcast_folds.main(told.split()) == 0
    assert [call[0] for call in trained] == ["fmi_2016", "fmi_2017", "knmi", "mrms"]
    assert capsys.readouterr().out == ""


def test_a_ratio_that_is_far_from_1_is_said(monkeypatch):
    class Compared:
        scores = {"nowcaster csi": {"mean": {"ratio": 1.3}}}

    monkeypatch.setattr(command, "gains", lambda of, decision: {"csi@1": 0.01, "csi@5": np.nan})
    text = command._verdict({"all": Compared()}, "nowcaster csi")
    assert text == (
        "all pixels: not above the best row in csi@5 +nan\nratio 1.30, OUTSIDE 0.8..1.25"
    )


@pytest.mark.parametrize(
    "told, said",
    [
        ("--events knmi,fmi", "--events: received 'fmi'. Required: names among fmi_2016, fmi_2017"),
        ("--batches 0", "batches=0"),
        ("--batch-size 0", "batch_size=0"),
        ("--seed -1", "seed=-1"),
        ("--made-share 1.5", "made_share=1.5"),
        ("--members 1", "--members: received 1. Required: 0, or an ensemble of at least two"),
        ("--members -2", "members=-2"),
        ("--events mrms --preset .", "--preset: received "),
        ("--preset new", "--preset: received it with several --events. Required: one event"),
        ("--events knmi --preset new --train-only", "--preset: received it with --train-only"),
        ("--data nowhere", "--data: received path 'nowhere/radar_fmi"),
    ],
)
def test_refusals_come_before_the_training(tmp_path, trained, capsys, told, said):
    data = moving_rain(tmp_path)
    told = ["--output", str(tmp_path / "out"), "--data", str(data), *told.split()]
    assert nowcast_folds.main(told) == 2
    assert said in capsys.readouterr().err
    assert trained == [] and not (tmp_path / "out").exists()


def test_a_fold_that_was_trained_otherwise_is_refused(tmp_path):
    (tmp_path / "model.keras").touch()
    record = {"residual": "unet", "batches": 5, "batch_size": 4, "seed": 0, "made_share": 0.1}
    (tmp_path / "training.json").write_text(json.dumps(record))
    fold_training.check_same_training(tmp_path, **record)
    fold_training.check_same_training(tmp_path / "none", **record)
    refused(
        "--output: .*which was trained with seed 0, not 3",
        fold_training.check_same_training,
        tmp_path,
        **{**record, "seed": 3},
    )
