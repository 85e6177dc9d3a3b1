"""What is told of an archive, and that nothing of it is refused."""

import json

import numpy as np
import pytest

from st_keras.datasets import Frames, Grid, Reader, SequenceDataset, open_frames, register_reader
from st_keras.datasets.archives.archive import open_archive
from st_keras.datasets.archives.inspection import inspect_frames
from st_keras.datasets.readers import reader as registry
from tests.refusals import refused

RNG = np.random.default_rng(0)
RAIN = RNG.gamma(0.5, 2.0, (30, 8, 10)).astype("float32").clip(0, 30)
TIMES = np.datetime64("2026-06-01T00:00") + 10 * np.arange(30).astype("m8[m]")
KNOWN = {
    "axes": "THW",
    "times": TIMES,
    "units": "mm/h",
    "name": "rainfall_rate",
    "nan_is_missing": True,
    "grid": Grid(
        y=np.arange(8.0),
        x=np.arange(10.0),
        x_attributes={"units": "km"},
        mapping={"grid_mapping_name": "polar_stereographic"},
    ),
}


@pytest.fixture
def look(tmp_path, monkeypatch):
    """Inspect frames as a reader would bring them."""
    monkeypatch.setattr(registry, "_REGISTERED", {})
    archive = {}
    register_reader(Reader(name="known", suffixes=(".known",), open=lambda path: archive["frames"]))
    (tmp_path / "a.known").write_text("a")

    def inspect(values=RAIN, **known):
        archive["frames"] = Frames(values=values, **{**KNOWN, **known})
        return inspect_frames(tmp_path / "a.known", context_length=3, horizon=2)

    inspect.path = tmp_path / "a.known"
    return inspect


def kinds(found):
    return [(each.kind, each.refusal is not None) for each in found.findings]


def test_a_whole_archive(look):
    found = look()
    assert found.findings == [] and "Nothing found that is not as it should be." in found.report()
    facts = json.loads(json.dumps(found.facts))
    assert facts["windows"] == "26 of 3 + 2 frames" and facts["missing_percent"] == 0
    assert facts["times"] == "2026-06-01T00:00:00 to 2026-06-01T04:50:00, a step of 10 minutes"
    assert facts["grid"] == "y 0 to 7, step 1; x 0 to 9, step 1 km; polar_stereographic"
    assert facts["variable"] == "rainfall_rate, mm/h"
    for name, value in facts["percentiles"].items():
        assert value == pytest.approx(np.percentile(RAIN, float(name)), rel=1e-6)
    assert facts["zero_percent"] == 100 * np.mean(RAIN == 0)
    np.testing.assert_allclose(found.largest, RAIN.max(axis=(1, 2)))
    np.testing.assert_allclose(found.frame, RAIN[-1])


def test_times_that_go_back_and_repeat(look):
    order = np.r_[0:10, 9, 12, 10, 11, 13:30]
    found = look(RAIN[order], times=TIMES[order])
    assert kinds(found) == [("times", True), ("repeated frame", False)]
    assert "run backwards" in found.findings[0].text
    assert found.facts["windows"] == "26 of 3 + 2 frames"  # in their order
    refused("run backwards", open_frames, look.path)
    known, _ = open_archive("here", look.path)
    refused("run backwards", SequenceDataset.from_frames, known, 3, 2)
    # What the picture shows of each frame is that of its time.
    np.testing.assert_array_equal(found.times, np.sort(TIMES[order]))
    np.testing.assert_allclose(found.largest, RAIN[np.sort(order)].max(axis=(1, 2)))
    other = RAIN[order].copy()
    other[10] += 1
    found = look(other[:11], times=TIMES[order[:11]])
    assert kinds(found) == [("two frames", True)]
    assert "frames 9 and 10" in found.findings[0].text or "(frame 9)" in found.findings[0].text


def test_gaps_and_what_they_cost(look):
    times = TIMES + np.r_[np.zeros(15), np.full(15, 40)].astype("m8[m]")
    times[20:] -= np.timedelta64(5, "m")
    found = look(times=times)
    assert kinds(found) == [("gap", False), ("short step", False)]
    assert "3000 seconds after 2026-06-01T02:20" in found.findings[0].text
    assert found.facts["windows"] == "18 of 3 + 2 frames; lost: 8 across gaps"


def test_values(look):
    rain = RAIN.copy()
    rain[3, 1, 1], rain[5], rain[:, :, 9] = np.inf, np.nan, np.nan
    rain[8, 2, 2] = -0.5
    found = look(rain)
    assert kinds(found) == [
        ("infinity", True),
        ("negative rain", True),
        ("columns", False),
        ("missing scan", False),
    ]
    assert "frame 3 of sequence 0, row 1, column 1" in found.findings[0].text
    assert found.facts["windows"] == "21 of 3 + 2 frames; lost: 5 with a missing scan"
    lost = np.isnan(rain).sum()
    assert found.facts["missing_percent"] == pytest.approx(100 * lost / rain.size)
    assert found.facts["never_seen_percent"] == 10
    assert np.isnan(found.largest[5]) and not found.seen[:, 9].any()


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_nothing_to_learn_from(look, value):
    found = look(np.full_like(RAIN, value))
    assert ("values", True) in kinds(found) and "at least two" in str(found.findings[0].refusal)
    found.report()


def test_notes(look):
    found = look(notes=("2 of 30 chunks are not stored",))
    assert [(each.kind, each.text) for each in found.findings] == [
        ("note", "2 of 30 chunks are not stored")
    ]


def test_channels_are_told_apart(look):
    several = np.stack([RAIN, np.full_like(RAIN, 3)], axis=-1)
    several[4:6, ..., 0], several[5] = np.nan, np.nan
    several[7, 0, 0, 0] = -2
    found = look(
        several,
        axes="THWC",
        channels=("rain", "height"),
        units=None,
        name="rain,height",
        attributes={"channel_units": ["mm/h", "m"]},
    )
    assert [(each.kind, each.text, each.count) for each in found.findings] == [
        ("negative rain", "rain of -2 mm/h", 1),
        ("channel", "constant frames of channel 'height': every value is 3 in float32", 1),
        ("missing scan", "frames that hold nothing", 1),
        ("missing scan", "frames of rain that hold nothing", 2),
    ]
    told = found.facts["channels"]
    assert told["rain"]["value_range"] == [-2, float(np.nanmax(several[..., 0]))]
    assert told["rain"]["missing_percent"] == pytest.approx(100 * 2 / 30)
    assert told["height"] == {
        "units": "m",
        "value_range": [3, 3],
        "missing_percent": pytest.approx(100 / 30),
    }
    assert "\nheight    3 to 3 m, 3.33 % missing\n" in found.report()
