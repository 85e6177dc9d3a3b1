import h5py
import numpy as np
import pytest

from st_keras.datasets import published_dataset
from tests.datasets.published.files import OFFSETS, random_bytes, write_sevir
from tests.refusals import refused

SEVIR = published_dataset("sevir")


def refuses(match, path, **told):
    refused(match, SEVIR.open, path, **told)


def storm(seed):
    return random_bytes(8, 6, 49, seed=seed)


EVENTS = [
    (2019, 0, "S3", "2019-06-01 00:00:00", 0.0, storm(3)),
    (2019, 1, "R2", "2019-05-31 23:59:00", 0.0, storm(2)),
    (2019, 2, "S4", "2019-07-01 12:00:00", 0.5, storm(4)),
    (2018, 0, "S1", "2018-02-01 12:00:00", 0.0, storm(1)),
]


@pytest.fixture
def sevir(tmp_path):
    write_sevir(tmp_path, EVENTS)
    return tmp_path


def test_split_by_date(sevir):
    train, test = SEVIR.open_parts(sevir, ("train", "test"))
    assert train.image_shape == (8, 6, 1) and train.value_range == (0.0, 255.0)
    assert len(train) == 6 and len(test) == 3  # the event of July has missing pixels
    for part, event, at in ((train, 1, 0), (train, 2, 3), (test, 3, 0)):
        frames = np.moveaxis(storm(event), -1, 0)
        for k in range(3):
            np.testing.assert_array_equal(part.window(at + k)[..., 0], frames[12 * k : 12 * k + 25])
    assert str(test.times(1)[0]) == "2019-05-31T23:00" and str(train.times(0)[-1])[-5:] == "12:00"
    assert np.diff(train.times(0)).astype(int).tolist() == [5] * 24
    assert train.fingerprint() != test.fingerprint()


def test_the_last_events_are_held_out(sevir):
    train, validation = SEVIR.open_parts(sevir, held_out=0.4)
    assert [str(part.times(0)[0])[:4] for part in (train, validation)] == ["2018", "2019"]
    assert len(train) == len(validation) == 3


def test_files_that_are_not_there(sevir):
    (sevir / "data/vil/2018/SEVIR_VIL_STORMEVENTS_2018.h5").unlink()
    assert len(SEVIR.open(sevir)) == 3
    (sevir / "data/vil/2019").rename(sevir / "vil")
    refuses("0 of 2 files of the catalog, and no whole event of the train part", sevir)
    (sevir / "vil").rename(sevir / "2019")
    (sevir / "vil").mkdir()
    (sevir / "2019").rename(sevir / "vil/2019")  # beside the catalog
    assert len(SEVIR.open(sevir, split="test")) == 3


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"time_utc": "yesterday"}, "CATALOG.csv' with the line 2 .*time_utc as 2019-06-01"),
        ({"file_index": "one"}, "CATALOG.csv' with the line 2 "),
        ({"minute_offsets": "0:5"}, "with the minutes '0:5' for 49 frames"),
        ({"minute_offsets": OFFSETS.replace("-120", "-121")}, "a frame every five minutes"),
        ({"id": "S9"}, "without the event S9 in place [01]"),
        ({"file_name": "../vil.h5"}, "0 of 1 files of the catalog"),
        ({"file_name": "/vil.h5"}, "0 of 1 files of the catalog"),
    ],
)
def test_catalogs_of_another_form(tmp_path, changes, match):
    write_sevir(tmp_path, EVENTS, changes)
    refuses(match, tmp_path)


def test_other_files(sevir):
    path = sevir / "data/vil/2018/SEVIR_VIL_STORMEVENTS_2018.h5"
    content = path.read_bytes()
    with h5py.File(path, "a") as file:
        del file["vil"]
        file["vil"] = np.zeros((1, 8, 6, 12), "uint8")
    refuses(r"2018.h5' with uint8 events of shape \(8, 6, 12\)|2019.h5' with uint8", sevir)
    path.write_bytes(content[: len(content) // 2])
    refuses("2018.h5', which does not open", sevir)
    text = (sevir / "CATALOG.csv").read_text()
    (sevir / "CATALOG.csv").write_text(text.replace("pct_missing", "missing"))
    refuses("without the columns pct_missing", sevir)
    (sevir / "CATALOG.csv").unlink()
    refuses("without CATALOG.csv", sevir)
