"""SEVIR: storm events of radar (VIL) over the United States."""

import csv
import pathlib

import numpy as np

from st_keras.datasets.published.published_dataset import PublishedDataset
from st_keras.datasets.published.published_frames import PublishedFrames
from st_keras.validation import error

CATALOG = "CATALOG.csv"
_COLUMNS = (
    "id",
    "file_name",
    "file_index",
    "img_type",
    "time_utc",
    "minute_offsets",
    "pct_missing",
)
_TEST_FROM = np.datetime64("2019-06-01T00:00")
_STEP = np.timedelta64(5, "m")


def _frames(where, path, split):
    from st_keras.datasets.archives.frames import Frames
    from st_keras.datasets.archives.numbered_sequences import NumberedSequences
    from st_keras.datasets.readers.sevir import VIL, open_events

    root = pathlib.Path(path)
    rows = _catalog(where, root)
    wanted = {name: _file(root, name) for name in dict.fromkeys(row["file_name"] for row in rows)}
    files = {name: open_events(file, VIL) for name, file in wanted.items() if file}
    rows = [row for row in rows if row["file_name"] in files]
    rows = [row for row in rows if (row["time"] >= _TEST_FROM) == (split == "test")]
    if not rows:
        raise error(
            where,
            f"{str(root)!r} with {len(files)} of {len(wanted)} files of the catalog, and no whole "
            f"event of the {split} part in them",
            "events from 2019-06-01 on for test, and earlier ones for training",
            "Get the files of data/vil of the years 2017 to 2019.",
        )
    rows.sort(key=lambda row: (row["time"], row["id"]))
    for row in rows:
        _, names = files[row["file_name"]]
        if row["file_index"] >= len(names) or names[row["file_index"]] != row["id"]:
            raise error(
                where,
                f"{row['file_name']!r} without the event {row['id']} in place {row['file_index']}",
                f"files that belong to {CATALOG}",
                "Get both again.",
            )
    height, width, length = next(iter(files.values()))[0].shape[1:]
    for name, (values, _) in files.items():
        if values.shape[1:] != (height, width, length) or values.dtype != np.uint8:
            raise error(
                where,
                f"{name!r} with {values.dtype} events of shape {values.shape[1:]}",
                f"uint8 events of shape {(height, width, length)}, as the first file has them",
                "Get it again.",
            )
    places = [(files[row["file_name"]][0], row["file_index"]) for row in rows]

    def read(n, first, last):
        values, index = places[n]
        return np.moveaxis(values[index, :, :, first : last + 1], -1, 0)

    offsets = [_offsets(where, row, length) for row in rows]
    return PublishedFrames(
        frames=Frames(
            values=NumberedSequences(read, (len(rows), length, height, width)),
            axes="NTHW",
            times=np.stack([row["time"] + own for row, own in zip(rows, offsets, strict=True)]),
            name=VIL,
            value_range=(0.0, 255.0),
        )
    )


def _catalog(where, root):
    """Return the rows of whole events of VIL, times and indices as such."""
    file = root / CATALOG
    if not file.is_file():
        raise error(
            where,
            f"{str(root)!r} without {CATALOG}",
            f"the folder of SEVIR: {CATALOG}, and data/vil beside it",
            "Get it from s3://sevir/CATALOG.csv.",
        )
    found = []
    with open(file, newline="", encoding="utf-8", errors="replace") as text:
        rows = csv.DictReader(text)
        absent = [name for name in _COLUMNS if name not in (rows.fieldnames or ())]
        if absent:
            raise error(
                where,
                f"{str(file)!r} without the columns {', '.join(absent)}",
                "the catalog as published",
                "Get it again.",
            )
        for row in rows:
            if row["img_type"] != "vil":
                continue
            try:
                # In UTC, which NumPy's times are by themselves.
                time = np.datetime64(row["time_utc"].strip().replace(" ", "T")[:16], "m")
                own = {"time": time, "file_index": int(row["file_index"])}
                missing = float(row["pct_missing"] or 0)
            except (ValueError, TypeError, AttributeError) as reason:
                raise error(
                    where,
                    f"{str(file)!r} with the line {rows.line_num} ({reason})",
                    "time_utc as 2019-06-01 12:00:00, and numbers in file_index and pct_missing",
                    "Get it again.",
                ) from reason
            if missing == 0:
                found.append({name: row[name] for name in _COLUMNS} | own)
    # Some events stand in the catalog twice.
    return list({(row["file_name"], row["file_index"]): row for row in found}.values())


def _file(root, name):
    """Return where a file of the catalog lies, or None."""
    # A catalog is a text from elsewhere: its names lead nowhere but below the folder.
    if pathlib.PurePosixPath(name).is_absolute() or ".." in pathlib.PurePosixPath(name).parts:
        return None
    return next((root / at / name for at in ("data", ".") if (root / at / name).is_file()), None)


def _offsets(where, row, length):
    """Return minutes of the frames, from the time of the event on."""
    parts = (row["minute_offsets"] or "").split(":")
    try:
        found = np.array([int(part) for part in parts], "timedelta64[m]")
    except ValueError:
        found = ()
    if len(found) != length or (np.diff(found) != _STEP).any():
        raise error(
            where,
            f"the event {row['id']} with the minutes {row['minute_offsets']!r} for {length} frames",
            "a frame every five minutes, such as -120:-115:...:120",
            f"Get {CATALOG} again.",
        )
    return found


DATASET = PublishedDataset(
    name="sevir",
    title="SEVIR (VIL)",
    holds="vertically integrated liquid of storms and random places over the United States, 384 "
    "km wide, every 5 minutes for 4 hours",
    needs="a folder with CATALOG.csv and the HDF5 files that it names, below data/ or beside it "
    "(vil/2019/SEVIR_VIL_STORMEVENTS_2019_0701_1231.h5); some of the files are enough",
    source="Veillette, Samsi, Mattioli, NeurIPS 2020, https://registry.opendata.aws/sevir/",
    licence="see its page; the radars are NOAA's, whose data are free to use",
    size="more than 10,000 events of 49 frames, 384 x 384 pixels, 8 bits; all sensors about 1 TB",
    split="by date: events before 2019-06-01 for training, later ones for test; events with "
    "missing pixels are left out; no validation part is published",
    protocol="13 frames observed, 12 predicted, three windows of an event (every 12 frames); CSI "
    "at codes 16, 74, 133, 160, 181 and 219, MSE",
    image_shape=(384, 384, 1),
    context_length=13,
    horizon=12,
    stride=12,
    frames=_frames,
    units="codes of VIL, 0 to 255",
)
