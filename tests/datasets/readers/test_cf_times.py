import types

import numpy as np
import pytest
import xarray

from st_keras.datasets.readers.cf_times import datetimes, tells_time
from tests.refusals import refused


def coordinate(values, **attributes):
    return xarray.DataArray(np.asarray(values), dims="time", name="time", attrs=attributes)


@pytest.mark.parametrize(
    "units, values",
    [
        ("minutes since 2026-06-01", np.array([0, 5, 65])),
        ("seconds since 2026-06-01 00:00:00", np.array([0.0, 300.0, 3900.0])),
        ("hours since 2026-06-01T00:00:00Z", np.array([0, 5, 65]) / 60),
        ("days since 1970-01-01", 20605 + np.array([0, 5, 65]) / 1440),
    ],
)
def test_units_since(units, values):
    times = datetimes("test", coordinate(values, units=units))
    expected = np.datetime64("2026-06-01T00:00") + np.array([0, 5, 65]) * np.timedelta64(1, "m")
    assert times.dtype.kind == "M" and (times == expected).all()


def test_datetimes_pass_and_other_numbers_tell_nothing():
    days = np.array(["2026-06-01", "2026-06-02"], "M8[ns]")
    assert tells_time(coordinate(days)) and (datetimes("test", coordinate(days)) == days).all()
    for attributes in ({}, {"units": "minutes"}, {"units": 1}):
        assert not tells_time(coordinate([0, 5], **attributes))
    assert not tells_time(coordinate(np.array(["a", "b"], object)))


def test_a_fill_value_among_the_times():
    times = coordinate([0, -1, 10], units="minutes since 2026-06-01", _FillValue=-1)
    refused("time of which 1 entries are missing, the first is entry 1", datetimes, "test", times)


def test_units_that_nobody_decodes():
    times = coordinate([0, 1], units="fortnights since 2026-06-01")
    refused("^test: received time in units of 'fortnights since 2026", datetimes, "test", times)
    times = coordinate([0, 1], units="minutes since midsummer")
    refused("'minutes since midsummer'.*the CF conventions", datetimes, "test", times)


def test_other_calendars():
    times = coordinate([0, 1], units="days since 2026-06-01", calendar="360_day")
    refused("the calendar '360_day'.*convert_calendar", datetimes, "test", times)
    # As cftime has them.
    made = np.array([types.SimpleNamespace(calendar="noleap")] * 2, object)
    assert tells_time(coordinate(made))
    refused("the calendar 'noleap'", datetimes, "test", coordinate(made))
