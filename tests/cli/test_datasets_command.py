"""`st-keras datasets` as a user runs it."""

import json

from st_keras.datasets import published_dataset, published_names
from st_keras.datasets.published import by_name
from tests.fresh_process import run_python


def test_table(run):
    status, out, err = run("datasets")
    assert status == 0 and err == ""
    head = out.splitlines()[0].split()
    assert head == ["name", "holds", "needs", "split", "protocol"]
    assert [line.split()[0] for line in out.splitlines() if line[:1].strip()][1:-1] == list(
        published_names()
    )
    assert max(map(len, out.splitlines())) <= 120
    assert "mnist_test_seq.npy" in out and "Nothing is downloaded" in out


def test_card(run):
    status, out, _ = run("datasets", "bair")
    text = " ".join(out.split())
    card = published_dataset("bair").card()
    assert status == 0 and out.startswith("BAIR robot pushing\n")
    for key in ("source", "licence", "size", "split", "protocol", "needs"):
        assert f" {key} {card[key]}" in text
    assert "4 numbers a frame" in text and "package" not in text
    assert "--data bair:PATH --context-length 2 --horizon 28" in text
    assert "pip install 'st_keras[video]'" in run("datasets", "kth")[1]


def test_json(run):
    cards = json.loads(run("datasets", "--json")[1])
    assert [card["name"] for card in cards] == list(published_names())
    assert json.loads(run("datasets", "sevir", "--json")[1]) == published_dataset("sevir").card()


def test_unknown_name(run):
    status, _, err = run("datasets", "mnist")
    assert status == 2 and "NAME='mnist'. Required: one of 'bair', 'kth'" in err


def test_a_broken_package_hides_no_other_dataset(run, monkeypatch):
    monkeypatch.setattr(by_name, "entry_points", lambda group: {"outside": "no_such_module:TOY"})
    status, out, err = run("datasets")
    assert status == 0 and err == "" and "mnist_test_seq.npy" in out
    said = " ".join(out.split())
    assert "outside not known: see below" in said
    assert "'no_such_module:TOY', which cannot be imported (ModuleNotFoundError: No mod" in said
    cards = json.loads(run("datasets", "--json")[1])
    assert [card["name"] for card in cards if "error" in card] == ["outside"]
    assert len(cards) == len(published_names())
    status, out, err = run("datasets", "outside")
    assert status == 2 and out == "" and "Traceback" not in err
    assert "the entry point 'outside' of st_keras.published_datasets: received" in err


def test_it_comes_without_tensorflow():
    said = run_python(
        "import sys; from st_keras.cli.main import main\n"
        "main(['datasets', 'kth']); print(sorted({'keras', 'tensorflow'} & set(sys.modules)))"
    )
    assert said.splitlines()[-1] == "[]"
