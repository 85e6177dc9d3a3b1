import numpy as np
import pytest

from st_keras.datasets import published_dataset
from tests.datasets.published.files import taxi_slots, write_taxibj
from tests.refusals import refused

TAXIBJ = published_dataset("taxibj")


@pytest.fixture
def taxis(tmp_path):
    """Ten days, one of which lacks a slot, and a month of another year."""
    early = taxi_slots("2013-07-01", 10, without=(b"2013070417",))
    late = taxi_slots("2016-03-01", 30)
    data = [
        write_taxibj(tmp_path / f"BJ{year}_M32x32_T30_InOut.h5", slots)
        for year, slots in ((13, early), (16, late))
    ]
    (tmp_path / "BJ_Meteorology.h5").write_bytes(b"of another form, and left alone")
    return tmp_path, *data


def test_four_weeks_are_for_test(taxis):
    folder, early, late = taxis
    train, test = TAXIBJ.open_parts(folder, ("train", "test"))
    assert train.image_shape == (4, 6, 2) and train.channels == ("inflow", "outflow")
    np.testing.assert_array_equal(test.window(0), np.moveaxis(late[96:104], 1, -1))
    np.testing.assert_array_equal(train.window(0), np.moveaxis(early[:8], 1, -1))
    assert str(test.times(0)[0]) == "2016-03-03T00:00"
    assert len(test) == 28 * 48 - 7
    # Three days before the incomplete one, six after it, two of 2016.
    assert len(train) == (3 * 48 - 7) + (6 * 48 - 7) + (2 * 48 - 7)
    days = {str(day) for i in range(len(train)) for day in train.times(i).astype("M8[D]")}
    assert "2013-07-04" not in days and len(days) == 11
    # Flows of counts: the range is looked for.
    assert train.value_range[1] == max(early.max(), late[:96].max())


def test_missing_scans_that_are_put_in_complete_no_day(tmp_path):
    slots = taxi_slots("2016-03-01", 32, without=(b"2016032017",))
    write_taxibj(tmp_path / "BJ16_M32x32_T30_InOut.h5", slots)
    plain = TAXIBJ.open_parts(tmp_path, ("train", "test"))
    masked = TAXIBJ.open_parts(tmp_path, ("train", "test"), max_missing_scans=2)
    for one, other in zip(plain, masked, strict=True):
        assert len(one) == len(other)
        for i in (0, len(one) - 1):
            np.testing.assert_array_equal(one.times(i), other.times(i))
            np.testing.assert_array_equal(one.window(i), other.window(i))


def test_the_end_is_held_out(taxis):
    train, validation = TAXIBJ.open_parts(taxis[0], held_out=0.2)
    assert 0 < len(validation) < len(train)
    ends = [part.times(len(part) - 1)[-1] for part in (train, validation)]
    assert ends[0] < ends[1] < np.datetime64("2016-03-03")


def test_too_few_days(tmp_path):
    path = tmp_path / "BJ16_M32x32_T30_InOut.h5"
    write_taxibj(path, taxi_slots("2016-03-01", 28))
    refused("28 days with all 48 half hours.*all four files", TAXIBJ.open, path)
    refused("BJ.*InOut.h5", TAXIBJ.open, tmp_path / "..")
    path.write_bytes(path.read_bytes()[:3000])
    refused("BJ16_M32x32_T30_InOut.h5', which does not open", TAXIBJ.open, tmp_path)
