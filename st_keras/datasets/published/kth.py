"""KTH Actions: people who walk, run, box and wave."""

import bisect
import itertools

from st_keras.datasets.published.published_dataset import TRAIN, PublishedDataset
from st_keras.datasets.published.published_frames import PublishedFrames
from st_keras.validation import check_int

PERSONS = {"train": range(1, 17), "test": range(17, 26)}
# Persons of these leave the picture soon: their windows overlap, or there would be few.
_FAST, _FAST_STRIDE = ("running", "jogging"), 3


def _frames(where, path, split, image_size=128):
    from st_keras.datasets.archives.frames import Frames
    from st_keras.datasets.archives.joined_values import FrameSources, JoinedValues
    from st_keras.datasets.published.kth_videos import kth_videos

    if image_size is not None:
        image_size = (check_int(where, "image_size", image_size, 1),) * 2
    videos = kth_videos(where, path, PERSONS[split], image_size)
    counts = [len(video.values) for video in videos]
    begins = [0, *itertools.accumulate(counts)][:-1]
    names = [f"person{v.person:02}_{v.action}_d{v.scene}" for v in videos]

    def spans(whole, split):
        pairs = zip(begins, videos, strict=True)
        return [(0, begin + a, begin + b) for begin, video in pairs for a, b in video.runs]

    def windows(spans, length):
        return published_windows(
            spans, length, lambda t: videos[bisect.bisect_right(begins, t) - 1].action
        )

    frames = Frames(
        values=JoinedValues([video.values for video in videos], 0),
        axes="THW",
        sources=FrameSources(names, counts),
        value_range=(0.0, 255.0),
    )
    return PublishedFrames(frames=frames, spans=spans, windows=windows)


def published_windows(spans, length, action_of):
    """Return the windows of the published protocol: from the end of each sequence backwards.

    They do not overlap; those of running and jogging begin every 3 frames.

    Args:
        spans: list of `(sequence, start, stop)`.
        length: int, frames of a window.
        action_of: function of the number of a frame to the action that it shows.

    Returns:
        list of `(sequence, start, stop)`, a window each.

    Example:

    >>> published_windows([(0, 0, 45)], 20, lambda t: "boxing")
    [(0, 5, 25), (0, 25, 45)]
    >>> published_windows([(0, 0, 26)], 20, lambda t: "running")
    [(0, 0, 20), (0, 3, 23), (0, 6, 26)]
    """
    found = []
    for n, start, stop in spans:
        stride = _FAST_STRIDE if action_of(start) in _FAST else length
        ends = range(stop, start + length - 1, -stride)
        found += [(n, end - length, end) for end in reversed(ends)]
    return found


DATASET = PublishedDataset(
    name="kth",
    title="KTH Actions",
    holds="25 persons who box, clap, wave, walk, jog and run, in grey",
    needs="the folder of the films (personNN_ACTION_dK_uncomp.avi) with 00sequences.txt, or of "
    "folders personNN_ACTION_dK of images",
    source="Schuldt, Laptev, Caputo, ICPR 2004, https://www.csc.kth.se/cvap/actions/",
    licence="for non-commercial use, see its page",
    size="599 films of 160 x 120 pixels, 25 frames a second, 2,391 sequences",
    split="persons 1 to 16 for training, 17 to 25 for test; no validation part is published",
    protocol="128 x 128 pixels; 10 frames observed, 20 predicted (10 in training); windows follow "
    "each other, those of running and jogging begin every 3 frames; PSNR, SSIM, LPIPS",
    image_shape=(128, 128, 1),
    context_length=10,
    horizon=20,
    frames=_frames,
    splits=(TRAIN, "test"),
    options=("image_size",),
    extra="video",
)
