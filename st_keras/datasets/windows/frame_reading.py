"""How frames are to be read: what is missing, how fine, which part of the grid."""

import dataclasses

MISSING = ("refuse", "mask", "drop")


@dataclasses.dataclass(frozen=True, kw_only=True)
class FrameReading:
    """Arguments that `SequenceDataset.from_arrays`, `from_xarray` and `from_frames` have in common.

    Args:
        missing_value: the number that stands for no data, such as -9999, 255 or NaN, or a tuple of
            such numbers. It is no part of `value_range`. Default None: none, besides NaN where the
            frames say that it does. A value that looks like such a code is warned of.
        missing: what happens to missing values. "refuse": there must be none. "mask": they are NaN
            in every window; train with `Forecaster(missing="mask")`. "drop": windows that hold one
            are left out. Default None: "mask" where the frames bring a mask of their own (a reader
            that knows of missing values, xarray, `numpy.ma`), "drop" where there is a
            `missing_value`, else "refuse".
        max_missing_scans: int. With "mask", a window may hold so many frames of which nothing is
            there: wholly missing ones, and those that a step of time of several times the usual
            one tells of. Default 0.
        coarsen: int. Pixels become means of blocks of so many squared; a block with a missing pixel
            is missing, rows and columns at the bottom and right that fill no block are left out.
            Default None: pixels as they are.
        crop: int, or (height, width) in pixels: windows are cut to crops of this size, of coarse
            pixels if there are such. A crop in which no pixel ever holds data is left out. Default
            None: whole frames.
        crop_stride: int, or (rows, columns) between two crops. Default None: the size of a crop.
        targets: tuple of names out of the channels, those that are to be forecast. Default None:
            all.
        units: str, the units that the frames must be in. Default None: what they say.
        patch_size: int; refuse windows that a model with such patches could not take. Default None:
            no check.
    """

    missing_value: object = None
    missing: str | None = None
    max_missing_scans: int = 0
    coarsen: int | None = None
    crop: object = None
    crop_stride: object = None
    targets: tuple | None = None
    units: str | None = None
    patch_size: int | None = None
