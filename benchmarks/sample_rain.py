"""Make the rain sample that comes with the package from the radar file it is a part of.

python -m benchmarks.sample_rain [--data ../shared/data] [--out st_keras/datasets/samples]

The third window of 512 x 512 pixels, in blocks of 4 x 4 pixels, as hundredths of mm/h. No benchmark
in itself: the other measurements on radar read the same file.
"""

import argparse
import pathlib

import numpy as np

from benchmarks.radar_series import FOLDER
from st_keras.datasets.rain_sample import CODES, FILE
from st_keras.datasets.readers.npz import read_npz
from st_keras.files.whole_file import whole_file

SOURCE = "radar_mrms_20190610_2min_3win.npz"
_WINDOW, _BLOCK, _DEGREES = 2, 4, 0.01


def main(arguments=None):
    """Write the file, and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=pathlib.Path, default=FOLDER, help=f"folder with {SOURCE}")
    parser.add_argument("--out", type=pathlib.Path, default=FILE.parent, help="folder to write to")
    options = parser.parse_args(arguments)
    path = options.out / FILE.name
    with whole_file(path, "sample_rain") as unfinished:
        np.savez_compressed(unfinished, **made_of(options.data / SOURCE))
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


def made_of(path):
    """Return the arrays of the sample by name.

    A mean of 16 tenths of mm/h is a multiple of 1/160 mm/h. Rounded to hundredths it stays on its
    side of every threshold that is a multiple of 0.1 mm/h, for the next value below one lies
    0.00625 mm/h away.

    Args:
        path: of the file with the three windows.
    """
    stored = read_npz("sample_rain", path)
    tenths = stored["rate_tenths_mm_per_h"][_WINDOW]
    frames, height, width = tenths.shape
    blocks = tenths.reshape(frames, height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK)
    north, west = stored["window_nw_lat_lon"][_WINDOW]  # the centre of the first pixel
    rows, columns = (_DEGREES * _centres(size) for size in (height, width))
    return {
        CODES: np.rint(10 * blocks.mean(axis=(2, 4))).astype("uint16"),
        "time_utc": np.array([time.removesuffix("Z") for time in stored["time_utc"]]),
        "latitude": np.round(north - rows, 3),
        "longitude": np.round(west + columns, 3),
    }


def _centres(size):
    """Centres of the blocks, in pixels from the centre of the first pixel."""
    return np.arange(size).reshape(-1, _BLOCK).mean(axis=1)


if __name__ == "__main__":
    main()
