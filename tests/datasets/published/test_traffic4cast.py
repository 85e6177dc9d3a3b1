import h5py
import numpy as np
import pytest

from st_keras.datasets import open_frames, published_dataset
from tests.datasets.published.files import random_bytes
from tests.refusals import refused

TRAFFIC = published_dataset("traffic4cast")


def write_day(path, channels=3, bins=288, seed=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    values = random_bytes(bins, 5, 4, channels, seed=seed)
    with h5py.File(path, "w") as file:
        file.create_dataset("array", data=values, compression="gzip")
    return values


@pytest.fixture
def berlin(tmp_path):
    city = tmp_path / "Berlin"
    days = [
        write_day(city / f"Berlin_{part}/{day}_100m_bins.h5", seed=seed)
        for part, day, seed in (
            ("training", "20180102", 1),
            ("training", "20180105", 2),
            ("validation", "20180203", 3),
            ("test", "20180301", 4),
        )
    ]
    return city, days


def test_days_of_2019(berlin):
    city, days = berlin
    train, validation = TRAFFIC.open_parts(city)
    assert train.image_shape == (5, 4, 3) and train.channels == ("volume", "speed", "heading")
    assert len(train) == 2 * (288 - 23) and len(validation) == 288 - 23
    np.testing.assert_array_equal(train.window(265), days[1][:24])
    np.testing.assert_array_equal(validation.window(264), days[2][264:])
    assert str(train.times(265)[1]) == "2018-01-05T00:05"
    refused("split='test', which is not published", TRAFFIC.open, city, split="test")


@pytest.mark.parametrize(("channels", "name"), [(8, "2019-01-02_BERLIN_8ch"), (9, "berlin_9ch")])
def test_days_of_later_years(tmp_path, channels, name):
    values = write_day(tmp_path / f"BERLIN/training/{name}.h5", channels)
    train = TRAFFIC.open(tmp_path / "BERLIN", context_length=2, horizon=1, stride=3)
    assert train.channels[:3] == ("volume_NE", "speed_NE", "volume_NW")
    np.testing.assert_array_equal(train.window(1), values[3:6])
    assert (train.times(0) is None) == (name == "berlin_9ch")
    frames = open_frames(tmp_path / f"BERLIN/training/{name}.h5")
    assert frames.axes == "THWC" and frames.channels == train.channels


def test_other_days(berlin):
    city, _ = berlin
    refused("without a folder of train days", TRAFFIC.open, city / "Berlin_test")
    path = city / "Berlin_training/20180105_100m_bins.h5"
    write_day(path, channels=8)
    refused(r"with uint8 of shape \(288, 5, 4, 8\).*one city and one year", TRAFFIC.open, city)
    write_day(path, bins=12)
    refused(r"with array of shape \(12, 5, 4, 3\).*a whole day", TRAFFIC.open, city)
    write_day(path)
    path.write_bytes(path.read_bytes()[:1500])
    refused("20180105_100m_bins.h5', which does not open", TRAFFIC.open, city)
