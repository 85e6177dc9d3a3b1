"""Traffic4Cast: traffic of a city as movies, a file a day."""

import pathlib

import numpy as np

from st_keras.datasets.published.published_dataset import PublishedDataset
from st_keras.datasets.published.published_frames import PublishedFrames
from st_keras.validation import error

# How names of folders begin or end: training, Berlin_training, train; validation, val.
_WORDS = {"train": "train", "validation": "val"}


def _frames(where, path, split):
    from st_keras.datasets.archives.frames import Frames
    from st_keras.datasets.archives.numbered_sequences import NumberedSequences
    from st_keras.datasets.readers.traffic4cast import CHANNELS, open_day

    root = pathlib.Path(path)
    # The name of the city comes before the part: BERLIN/training, Berlin/Berlin_training.
    files = sorted(f for f in root.rglob("*.h5") if _WORDS[split] in f.parent.name.lower())
    if not files:
        raise error(
            where,
            f"{str(root)!r} without a folder of {split} days",
            "the folder of a city with training and validation in it, a file for each day",
            "Unpack the archive of a city, and pass its folder.",
        )
    days = [open_day(file) for file in files]
    shape, dtype = days[0][0].shape, days[0][0].dtype
    for file, (values, times) in zip(files, days, strict=True):
        if (
            values.shape != shape
            or values.dtype != dtype
            or (times is None) != (days[0][1] is None)
        ):
            raise error(
                where,
                f"{str(file)!r} with {values.dtype} of shape {values.shape}",
                f"days alike: {dtype} of shape {shape}, and a date in every name or in none",
                "Pass the folder of one city and one year of the competition.",
            )

    def read(n, first, last):
        return days[n][0][first : last + 1]

    return PublishedFrames(
        frames=Frames(
            values=NumberedSequences(read, (len(days), *shape), dtype),
            axes="NTHWC",
            times=None if days[0][1] is None else np.stack([times for _, times in days]),
            channels=CHANNELS[shape[3]],
            value_range=(0.0, 255.0) if dtype == np.uint8 else None,
        )
    )


DATASET = PublishedDataset(
    name="traffic4cast",
    title="Traffic4Cast",
    holds="volume, speed and heading of traffic in cells of 100 m of a city, every 5 minutes",
    needs="the folder of a city with training/ and validation/ and an HDF5 file for each day in "
    "them (20180102_100m_bins.h5, 2019-01-02_berlin_9ch.h5, 2019-01-02_BERLIN_8ch.h5)",
    source="Kreil et al., PMLR 123, 2020, https://www.iarai.ac.at/traffic4cast/",
    licence="of HERE Technologies, for academic and non-commercial use",
    size="a file a day for months of a year and city, 288 frames of 495 x 436 cells, 8 bits, of 3 "
    "(2019), 9 (2020) or 8 (2021) channels; tens of GB",
    split="training and validation as their folders say; the days for test hold the context "
    "alone, so scores are those of validation",
    protocol="12 frames observed, 12 predicted, of which the first 3 are scored in 2019, and "
    "those of 5 to 60 minutes since; MSE of values scaled to [0, 1]",
    image_shape=(495, 436, 3),
    context_length=12,
    horizon=12,
    frames=_frames,
    splits=tuple(_WORDS),
    units="codes, 0 to 255",
)
