import dataclasses
import json
import socket

import numpy as np
import pytest

from st_keras.datasets import (
    Frames,
    PublishedDataset,
    PublishedFrames,
    published_dataset,
    published_names,
)
from tests.refusals import refused

TEXTS = ("title", "holds", "needs", "source", "licence", "size", "split", "protocol", "units")


def counted(where, path, split, offset=0):
    frames = np.arange(40.0).reshape(4, 10, 1, 1) + offset + np.eye(2) * 0
    return PublishedFrames(frames=Frames(values=frames, axes="NTHW"))


def toy(**changes):
    texts = dict.fromkeys(TEXTS, "numbers that count")
    told = {"name": "toy", "image_shape": (2, 2, 1), "context_length": 2, "horizon": 3, **texts}
    return PublishedDataset(**{**told, "frames": counted, "options": ("offset",), **changes})


@pytest.mark.parametrize("name", published_names())
def test_cards(name):
    card = published_dataset(name).card()
    assert json.loads(json.dumps(card)) == card and card["name"] == name
    assert all(card[text] for text in TEXTS)
    assert {"train"} <= set(card["splits"]) <= {"train", "validation", "test"}
    assert "frames" not in card


@pytest.mark.parametrize("name", published_names())
def test_a_path_that_is_not_there(name, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    dataset = published_dataset(name)
    text = refused("'absent', where there is nothing", dataset.open, "absent")
    assert dataset.needs in text and "nothing is downloaded" in text


def test_parts_and_windows(tmp_path):
    train, validation = toy().open_parts(tmp_path, held_out=0.5, offset=100)
    assert [len(part) for part in (train, validation)] == [12, 12]
    assert validation.window(0)[0, 0, 0, 0] == 120
    assert train.name == "train" and validation.name == "validation"
    assert len(toy().open(tmp_path)) == 24
    assert len(toy(stride=5).open(tmp_path, context_length=4, horizon=1)) == 8
    assert len(toy().open(tmp_path, stride=4, crop=1)) == 4 * 2 * 4


def test_windows_that_were_published(tmp_path):
    def chosen(where, path, split):
        return dataclasses.replace(
            counted(where, path, split),
            windows=lambda spans, length: [(n, 1, 1 + length) for n, _, _ in spans],
        )

    dataset = toy(frames=chosen, options=())
    assert [dataset.open(tmp_path).window(i)[0, 0, 0, 0] for i in range(4)] == [1, 11, 21, 31]
    assert len(dataset.open(tmp_path, stride=1)) == 24


@pytest.mark.parametrize(
    ("told", "match"),
    [
        ({"split": "all"}, "split='all'"),
        ({"split": "validation"}, "split='validation', which is not published.*held_out"),
        ({"held_out": 1}, r"held_out=1"),
        ({"actions": True}, "actions=True.*a dataset with actions"),
        ({"colour": 1}, "colour=1.*options of the dataset .offset"),
        ({"horizon": 9}, "sequences of 10 frames"),
        ({"horizon": 0}, "horizon=0"),
        ({"context_length": 0}, "context_length=0"),
        ({"stride": 0}, "stride=0"),
    ],
)
def test_refusals(tmp_path, told, match):
    refused(match, toy().open, tmp_path, **told)


def test_a_part_that_is_not_published(tmp_path):
    dataset = toy(splits=("train",))
    refused("split='test'.*Hold frames out with", dataset.open, tmp_path, split="test")
