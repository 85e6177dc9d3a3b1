"""Published datasets as `--data`: their own parts are trained and scored on."""

import json

import numpy as np
import pytest

from st_keras.cli.data_source import open_test_data, open_training_data
from st_keras.cli.frame_data import parse_data
from st_keras.cli.generated_source import DigitSource
from st_keras.cli.rain_settings import Rain
from tests.cli.conftest import smallest_run
from tests.cli.test_frame_data import windows
from tests.datasets.published.files import random_bytes, write_clips, write_sevir
from tests.datasets.published.test_traffic4cast import write_day
from tests.refusals import refused


@pytest.fixture
def sevir(tmp_path):
    folder = tmp_path / "sevir"
    folder.mkdir()
    days = [("2018", day) for day in range(1, 11)] + [("2019", 20)]
    events = [
        (year, n if year == "2018" else 0, f"S{n}", f"{year}-07-{day:02} 00:00:00", 0, event(n))
        for n, (year, day) in enumerate(days)
    ]
    write_sevir(folder, events)
    return folder


def event(n):
    return random_bytes(8, 8, 49, seed=n)


def frames_of(batch):
    return np.asarray(batch)[..., 0]


def test_parts(sevir):
    source = open_training_data(f"sevir:{sevir}", windows(13, 12), seed=0)
    assert source.units == "codes of VIL, 0 to 255" and source.value_range == (0.0, 255.0)
    assert "the last 10% of the training part (3 windows)" in source.description
    card = source.card()
    assert card["published"] == "sevir" and card["num_windows"] == 27 and len(str(card)) < 2000
    (batch,) = source.validation_dataset(8)
    np.testing.assert_array_equal(frames_of(batch)[0], np.moveaxis(event(9), -1, 0)[:25])
    test = open_test_data(f"sevir:{sevir}", windows(13, 12), {})
    np.testing.assert_array_equal(
        frames_of(test.test_sequences(9))[2], np.moveaxis(event(10), -1, 0)[24:49]
    )
    assert "its test part" in test.description
    # Regular windows, if asked for.
    strided = open_training_data(f"sevir:{sevir}", windows(3, 2, stride=2, crop=(4,)), seed=0)
    assert strided.image_shape == (4, 4, 1)


@pytest.mark.parametrize(
    ("options", "data", "learned"),
    [
        ({"units": "dBZ"}, {}, "dBZ"),
        ({}, {"units": "mm/h"}, "mm/h"),
        ({"as_rain_rate": True, "units": "dBZ"}, {"units": "mm/h"}, "mm/h"),
    ],
)
def test_units_of_another_archive_are_not_those_of_a_published_dataset(
    sevir, options, data, learned
):
    asked = (f"sevir:{sevir}", windows(13, 12), {"options": options, "data": data})
    refused(
        f"whose values are codes of VIL, 0 to 255. Required: .*on, '{learned}'",
        *(open_test_data, *asked),
    )
    stated = windows(13, 12, units=learned)
    assert open_test_data(asked[0], stated, asked[2]).units == learned


def test_what_was_said_of_another_archive_is_not_said_of_a_published_dataset(sevir):
    spec, record = f"sevir:{sevir}", {"options": {"missing_value": 0, "missing": "mask"}}
    plain = open_test_data(spec, windows(13, 12), {})
    other = open_test_data(spec, windows(13, 12), {**record, "data": {"published": "kth"}})
    assert other.test_sequences(9).tolist() == plain.test_sequences(9).tolist()
    same = open_test_data(spec, windows(13, 12), {**record, "data": {"published": "sevir"}})
    assert "missing" in same.description and "missing" not in other.description


def test_train_and_evaluate(run, sevir, tmp_path):
    spec, out = f"sevir:{sevir}", tmp_path / "run"
    status, said, err = run(*smallest_run(spec, out))
    assert status == 0, err
    assert "SEVIR (VIL) in" in said
    record = json.loads((out / "run.json").read_text())
    assert record["data"]["published"] == "sevir" and record["options"]["data"] == spec
    status, said, err = run(
        "evaluate", out / "model.keras", "--data", spec, "--out", tmp_path / "scores"
    )
    assert status == 0, err
    assert "its test part" in said
    status, _, err = run(*smallest_run(spec, tmp_path / "second"), "--axes", "NTHW")
    assert status == 2 and "--axes: received NTHW with the published dataset sevir" in err


def test_moving_mnist_is_drawn_for_training(run, tmp_path):
    """Digits drawn for training, the canonical file for tests, both in [0, 1]."""
    images = {"x_train": random_bytes(40, 28, 28), "x_test": random_bytes(8, 28, 28)}
    np.savez(tmp_path / "mnist.npz", **images)
    np.save(tmp_path / "mnist_test_seq.npy", digits := random_bytes(20, 2, 64, 64))
    spec = f"moving_mnist:{tmp_path}"
    source = open_training_data(spec, windows(3, 3), seed=0)
    assert isinstance(source, DigitSource) and source.card()["num_digit_images"] == 36
    refused(
        "stride=2 for sequences that are drawn",
        *(open_training_data, spec, windows(3, 3, stride=2), 0),
    )
    test = open_test_data(spec, windows(10, 10), {})
    np.testing.assert_allclose(
        frames_of(test.test_sequences(2)), np.moveaxis(digits, 1, 0) / 255, rtol=1e-6
    )


def test_validation_that_is_published(tmp_path):
    sequences = np.random.default_rng(0).random((4, 20, 64, 64), "float32")
    write_clips(tmp_path / "moving-mnist-train.npz", sequences)
    write_clips(tmp_path / "moving-mnist-valid.npz", sequences[:2])
    source = open_training_data(f"moving_mnist:{tmp_path}", windows(10, 10), seed=0)
    assert "validation is as published (2 windows)" in source.description
    # The file itself, through the registry of readers, is what it was trained on.
    refused(
        "the training part of moving_mnist, which the model was trained on",
        open_test_data,
        str(tmp_path / "moving-mnist-train.npz"),
        windows(10, 10),
        {"data": source.card()},
    )


def test_scored_on_validation_where_no_test_part_is_published(tmp_path):
    for part in ("training", "validation"):
        write_day(tmp_path / part / "2019-01-02_berlin_9ch.h5", channels=9)
    source = open_test_data(f"traffic4cast:{tmp_path}", windows(3, 3), {})
    assert "its validation part" in source.description and source.image_shape == (5, 4, 9)


@pytest.mark.parametrize(
    ("flag", "value"),
    [("before", "2018-01-01,2019-01-01"), ("split_by", "time"), ("variable", "vil")],
)
def test_flags_of_archives_are_refused(sevir, flag, value):
    asked = windows(3, 3, **{flag: value})
    for opened in ((open_training_data, 0), (open_test_data, {})):
        refused(
            f"--{flag.replace('_', '-')}: .* with the published dataset sevir",
            *(opened[0], f"sevir:{sevir}", asked, opened[1]),
        )


def test_what_is_named(tmp_path, monkeypatch):
    assert parse_data(f"kth:{tmp_path}") == ("published", ("kth", str(tmp_path)))
    refused("'kth' without a path. Required: kth:PATH, and there the folder", parse_data, "kth")
    refused("'kth:absent', where there is nothing.*nothing is downloaded", parse_data, "kth:absent")
    refused("NAME:PATH of a published dataset", parse_data, "kht:absent")
    # What the user has by that name comes first.
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kth").mkdir()
    assert parse_data("kth") == ("file", None)


def test_flags_of_rain_are_refused_with_drawn_digits(tmp_path):
    np.savez(
        tmp_path / "mnist.npz", x_train=random_bytes(40, 28, 28), x_test=random_bytes(8, 28, 28)
    )
    asked = (f"moving_mnist:{tmp_path}", windows(3, 3), 0)
    refused("--importance: received", open_training_data, *asked, None, Rain(importance=1.0))
    refused("targets=.'rain',. for sequences that are drawn", open_training_data, *asked, ("rain",))
