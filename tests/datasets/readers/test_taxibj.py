import numpy as np
import pytest

from st_keras.datasets import load_array_file, open_frames
from st_keras.datasets.readers.taxibj import slot_times
from tests.datasets.published.files import taxi_slots, write_taxibj
from tests.refusals import refused


def test_flows_and_slots(tmp_path):
    slots = taxi_slots("2014-03-01", 2)
    data = write_taxibj(tmp_path / "BJ14.h5", slots)
    frames = open_frames(tmp_path / "BJ14.h5")
    assert frames.axes == "TCHW" and frames.channels == ("inflow", "outflow")
    assert str(frames.times[50]) == "2014-03-02T01:00"
    np.testing.assert_array_equal(frames.values[7:9], data[7:9])
    assert load_array_file(f"{tmp_path}/BJ14.h5:date")[0] == b"2014030101"


@pytest.mark.parametrize("slot", [b"2014030100", b"2014030149", b"2014023001", b"20140301", b"x"])
def test_other_slots(slot):
    refused("the slot .*YYYYMMDDSS", slot_times, [slot])


def test_numbers_that_do_not_fit(tmp_path):
    path = tmp_path / "BJ14.h5"
    write_taxibj(path, taxi_slots("2014-03-01", 1), np.ones((40, 2, 4, 4)))
    refused(r"data of shape \(40, 2, 4, 4\) and 48 dates", open_frames, path)
