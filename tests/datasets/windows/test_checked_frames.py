"""All that is known of a user's frames, gathered and checked in one place."""

import hashlib

import numpy as np

from st_keras.datasets.archives.frames import Frames
from st_keras.datasets.windows.checked_frames import check_frames
from st_keras.datasets.windows.frame_reading import FrameReading
from tests.refusals import refused

RAIN = np.random.default_rng(0).integers(0, 40, (3, 20, 4, 6), "int16")
TIMES = np.datetime64("2026-06-01T00:00") + np.arange(20).astype("m8[m]")


def checked(frames=RAIN, window=(4, 4), **kwargs):
    of_frames = {name: kwargs.pop(name) for name in ("axes", "times") if name in kwargs}
    return check_frames("here", Frames(values=frames, **of_frames), window, FrameReading(**kwargs))


def refuses(match, *args, **kwargs):
    assert refused(match, checked, *args, **kwargs).startswith("here: ")


def test_each_thing_is_checked():
    refuses("axes='XY'", axes="XY")
    refuses("frame width=6 with patch_size=4", patch_size=4)
    refuses(r"20 frames \(axes read as NTHW\).*= 15 \+ 6 = 21 frames", window=(15, 6))
    refuses("missing_value=99999 for frames of int16", missing_value=99999)
    refuses(r"times of shape \(19,\)", times=TIMES[1:])
    refuses("constant frames", np.zeros((20, 4, 6)))


def test_its_cutter_knows_gaps_and_missing_values():
    times = TIMES.copy()
    times[12:] += np.timedelta64(9, "m")
    rain = RAIN.copy()
    rain[1, 3, 0, 0] = -1
    spans = [(n, 0, 20) for n in range(3)]
    for missing_value in (None, -1):
        for known in (None, times):
            frames = checked(rain, missing_value=missing_value, times=known)
            windows = frames.cutter(8, 2).cut(spans)
            lost = (windows.across_gaps, windows.with_missing)
            assert lost == (9 if known is not None else 0, 2 if missing_value else 0)


def test_fingerprint_is_that_of_records_written_before():
    frames = np.random.default_rng(0).random((3, 36, 4, 6))
    seal = hashlib.sha256(b"(3, 36, 4, 6, 1) float64")
    for place in np.unique(np.linspace(0, 107, 16).round().astype(int)):
        seal.update(frames[divmod(int(place), 36)][..., None].tobytes())
    assert checked(frames).fingerprint() == seal.hexdigest()


def test_frames_whose_range_is_known_are_not_looked_through():
    read = []

    class Counted:
        shape, dtype = (3, 20, 4, 6), np.dtype("uint8")

        def __getitem__(self, index):
            read.append(index)
            return np.zeros(self.shape, "uint8")[index]

    frames = Frames(values=Counted(), axes="NTHW", value_range=(0.0, 255.0))
    checked = check_frames("doc", frames, (2, 2))
    assert len(read) == 1  # to learn the dtype
    assert checked.scan.value_range([(1, 0, 20)]) == (0.0, 255.0)
    assert checked.scan.seen.all() and not checked.scan.lost.any()
    # What is missing has to be found, whatever the range.
    reading = FrameReading(missing_value=255)
    refused("constant frames: every value is 0", check_frames, "doc", frames, (2, 2), reading)
