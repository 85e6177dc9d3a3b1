"""Frames of an archive with what it says of them: times, units, channels, grid."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Grid:
    """Where the pixels lie.

    Args:
        y, x: float64 (H,) and (W,), coordinates of the centres of rows and columns, as the archive
            has them; row 0 is the first of the file.
        y_attributes, x_attributes: dicts of their attributes by CF names, such as "units" and
            "standard_name".
        mapping: dict, attributes of the CF grid mapping ("grid_mapping_name", "crs_wkt",
            "proj4", ...). Empty: not known.

    Example:

    >>> grid = Grid(y=np.arange(3.0), x=np.arange(4.0), mapping={"proj4": "+proj=stere"})
    >>> grid.differs_from(grid), grid.differs_from(Grid(y=np.arange(3.0), x=np.arange(4.0) + 1))
    (None, 'x')
    """

    y: np.ndarray
    x: np.ndarray
    y_attributes: dict = dataclasses.field(default_factory=dict)
    x_attributes: dict = dataclasses.field(default_factory=dict)
    mapping: dict = dataclasses.field(default_factory=dict)

    def differs_from(self, other):
        """Return what is not that of another grid, "y", "x" or "mapping"; None if nothing is.

        Coordinates may differ by a thousandth of a pixel. A mapping is compared where both have
        one.
        """
        for name in ("y", "x"):
            own, others = np.asarray(getattr(self, name)), np.asarray(getattr(other, name))
            pixel = np.abs(np.diff(own)).min() if own.size > 1 else 1.0
            if own.shape != others.shape or np.abs(own - others).max() > 1e-3 * pixel:
                return name
        if self.mapping and other.mapping and self.mapping != other.mapping:
            return "mapping"
        return None

    def coarsened(self, factor):
        """Return the grid of frames whose pixels are means of `factor` x `factor` pixels of these.

        Rows and columns at the ends that fill no block are left out.

        Example:

        >>> Grid(y=np.arange(4.0), x=np.arange(7.0)).coarsened(3).x
        array([1., 4.])
        """
        lines = (np.asarray(line, "float64") for line in (self.y, self.x))
        y, x = (
            line[: len(line) // factor * factor].reshape(-1, factor).mean(axis=1) for line in lines
        )
        return dataclasses.replace(self, y=y, x=x)


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Frames:
    """What a reader found in one file, or `open_frames` in an archive; nothing is read yet.

    Args:
        values: NumPy array, or anything with `shape`, `dtype` and slicing that reads no more than
            it is asked for, from several threads at once; a list of such arrays, of sequences of
            different length. Physical values: codes are scaled and offset as they are read. What is
            missing is NaN, if `nan_is_missing`.
        axes: str, the axes of `values`, each by its letter: "THW", "NHWT", ... "HW" is a static
            field. None: not known, told by the rank.
        times: datetime64 (T,) or (N, T), when the frames are valid, as they stand in the archive:
            not sorted; a list of (T,) beside a list of sequences. None: not known.
        units: str as the archive has it, such as "mm/h" or "dBZ". None: not known.
        name: str, the name of the variable. None: it has none.
        channels: tuple of str, names of the entries of axis C. None: they have none.
        grid: `Grid`, or None: not known.
        nan_is_missing: bool. Whether NaN stands for "no data", as in formats with a fill value or
            a code for it. Default False: NaN is a fault.
        sources: sequence of str, where each frame of axis T comes from, for messages: a file. Empty
            (default): not known.
        notes: tuple of str, what the user should know of how it was read: `inspect` prints them,
            `open_frames` warns of them.
        attributes: dict of JSON values, what else the archive says by CF names: "standard_name",
            "long_name", "source", "license", ...
        origin: tuple (spec, options) to `open_frames` the same again in another process. None:
            only this process has it.
        value_range: (low, high) that no value leaves, as the format says; the frames are then not
            looked through before windows are cut, and damage is found when a window is read.
            None (default): not known.
        actions: float (N, T, A) as `values` are, or anything that is sliced so: the action between
            frames t and t + 1 of each sequence. None (default): there are none.
    """

    values: object
    axes: str | None = None
    times: np.ndarray | None = None
    units: str | None = None
    name: str | None = None
    channels: tuple | None = None
    grid: Grid | None = None
    nan_is_missing: bool = False
    sources: tuple = ()
    notes: tuple = ()
    attributes: dict = dataclasses.field(default_factory=dict)
    origin: tuple | None = None
    value_range: tuple | None = None
    actions: object = None

    @property
    def shape(self):
        """Shape of `values`, a tuple of ints."""
        return tuple(int(size) for size in self.values.shape)

    def source_of(self, t):
        """Say where frame `t` comes from, in words."""
        return f"{self.sources[t]} (frame {t})" if len(self.sources) else f"frame {t}"
