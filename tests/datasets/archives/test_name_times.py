from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from st_keras.datasets.archives.name_times import _USUAL, check_time_pattern, time_in_name
from tests.refusals import refused

TIME = "2010-08-26T05:40:00"


@pytest.mark.parametrize(
    "name",
    [
        "RAD_NL25_RAP_5min_201008260540.h5",
        "20100826054000-fmi.pgm.gz",
        "T_PAZA22_C_EUOC_20100826T054000Z.h5",
        "a_20100826_0540.png",
        "a20100826-054000.png",
        "a.20100826.0540.png",
        "2010-08-26T05-40-00.png",
        "2010-08-26_05-40.png",
        "2010-08-26T05:40.png",
        "2010-08-26T0540.png",
        "radar/201101010000/x_201008260540_v2.h5",
        "201008260540_to_20100826T0540.png",
    ],
)
def test_usual_names(name):
    assert time_in_name("t", name) == np.datetime64(TIME)


@pytest.mark.parametrize(
    "name",
    [
        "frame_000001.png",
        "20100826.png",
        "201013260540.png",  # month 13
        "307708260540.png",  # hardly a year
        "2010082605401.png",  # 13 digits
        "201008260540_201008260600.png",  # which of them?
        "x.png",
    ],
)
def test_no_time_or_no_clear_one(name):
    assert time_in_name("t", name) is None


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2099, 12, 31)).map(
        lambda when: when.replace(microsecond=0)
    ),
    st.sampled_from(_USUAL),
    st.sampled_from(["", "echo_", "v2-", "x."]),
)
def test_every_usual_form_is_read_back(when, pattern, before):
    if "%S" not in pattern:
        when = when.replace(second=0)
    name = f"{before}{when.strftime(pattern)}.png"
    assert time_in_name("t", name) == np.datetime64(when, "s")


def test_patterns():
    assert time_in_name("t", "a10238b.png", "a%y%jb") == np.datetime64("2010-08-26T00:00:00")
    name = "run2010010100_valid2010082605.png"
    assert time_in_name("t", name, "valid%Y%m%d%H") == np.datetime64("2010-08-26T05:00:00")
    refused(
        r"^t: .*'%Y%m%d%H' for the name 'run2010.*' at 2 different times",
        time_in_name,
        "t",
        name,
        "%Y%m%d%H",
    )
    refused("for the name 'a.png', which it does not fit", time_in_name, "t", "b/a.png", "%Y%m%d")
    refused("which it does not fit", time_in_name, "t", "a20101326.png", "%Y%m%d")


@pytest.mark.parametrize("pattern", ["%m%d", "%Y%b", "%Y%m%Y", "2010", "%Y%", 7, "%Y%f"])
def test_other_patterns_are_refused(pattern):
    refused("a year and at most one each of", check_time_pattern, "t", pattern)
