import pytest

from st_keras.datasets import published_dataset, published_names, register_dataset
from st_keras.datasets.published import by_name
from tests.datasets.published.test_published_dataset import toy
from tests.fresh_process import run_python
from tests.refusals import refused

OURS = "bair kth moving_mnist robonet sevir taxibj traffic4cast weatherbench".split()


def test_ours():
    assert list(published_names()) == OURS
    refused("name='mnist'.*'moving_mnist'", published_dataset, "mnist")


def test_registered(monkeypatch):
    monkeypatch.setattr(by_name, "_REGISTERED", {})
    new = toy()
    register_dataset(new)
    assert published_dataset("toy") is new and published_names()[-1] == "toy"
    refused("the name 'kth', which is taken", register_dataset, toy(name="kth"))
    refused("received 3.*a PublishedDataset", register_dataset, 3)


@pytest.mark.parametrize("place", ["json:dumps", f"{__name__}:TOY"])
def test_entry_points(monkeypatch, place):
    monkeypatch.setattr(by_name, "entry_points", lambda group: {"outside": place})
    assert published_names()[-1] == "outside"
    if place == "json:dumps":
        refused("entry point 'outside'.*a PublishedDataset", published_dataset, "outside")
    else:
        assert published_dataset("outside") is TOY


TOY = toy(name="outside")


def test_cards_come_without_tensorflow():
    told = run_python(
        "import sys; from st_keras.datasets import published_dataset, published_names\n"
        "cards = [published_dataset(name).card() for name in published_names()]\n"
        "print(len(cards), 'tensorflow' in sys.modules, 'keras' in sys.modules)"
    )
    assert told.split() == ["8", "False", "False"]
