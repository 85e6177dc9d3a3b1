"""TaxiBJ: flows of taxis over Beijing."""

import functools
import glob
import os

import numpy as np

from st_keras.datasets.published.published_dataset import PublishedDataset
from st_keras.datasets.published.published_frames import PublishedFrames
from st_keras.validation import error

_TEST_DAYS = 28
_PATTERN = "BJ*_M*_InOut.h5"


def _frames(where, path, split):
    from st_keras.datasets.archives.archive import open_frames

    spec = os.fspath(path)
    if os.path.isdir(spec):
        spec = os.path.join(glob.escape(spec), _PATTERN)
    frames = open_frames(spec, reader="taxibj")
    return PublishedFrames(frames=frames, spans=functools.partial(_spans, np.unique(frames.times)))


def _spans(measured, whole, split):
    """Return the stretches of complete days, the last four weeks of them for test.

    Days count by the times that were measured: missing scans that are put in complete none.
    """
    from st_keras.datasets.readers.taxibj import SLOTS

    (times,) = whole.frame_times
    days, counts = np.unique(measured.astype("datetime64[D]"), return_counts=True)
    complete = days[counts == SLOTS]
    if len(complete) <= _TEST_DAYS:
        raise error(
            "published_dataset('taxibj')",
            f"{len(complete)} days with all {SLOTS} half hours",
            f"more than the {_TEST_DAYS} days that are for test",
            f"Pass the folder of all four files, {_PATTERN}.",
        )
    own = complete[-_TEST_DAYS:] if split == "test" else complete[:-_TEST_DAYS]
    inside = np.isin(times.astype("datetime64[D]"), own)
    edges = np.flatnonzero(np.diff(np.r_[False, inside, False].astype(int)))
    return [(0, int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


DATASET = PublishedDataset(
    name="taxibj",
    title="TaxiBJ",
    holds="taxis that enter and leave each cell of a grid over Beijing in half an hour",
    needs="the folder of BJ13_M32x32_T30_InOut.h5 to BJ16_M32x32_T30_InOut.h5",
    source="Zhang, Zheng, Qi, AAAI 2017, https://arxiv.org/abs/1610.00081",
    licence="see its page; cite the paper",
    size="22,459 half hours of four periods from 2013 to 2016, 32 x 32 cells, 0.4 GB",
    split="the last 28 complete days for test, the other complete days for training; days that "
    "lack a half hour are left out; no validation part is published",
    protocol="4 frames observed, 4 predicted; MSE, MAE, SSIM, PSNR of flows scaled to [0, 1]",
    image_shape=(32, 32, 2),
    context_length=4,
    horizon=4,
    frames=_frames,
    shared=True,
    units="taxis in half an hour",
)
