"""Natural Sprites: drawn sprites that move and grow as objects in natural video do."""

import hashlib

import numpy as np

from st_keras.datasets.pairs.natural_sprites_file import WINDOW, read_natural_transitions
from st_keras.datasets.pairs.pair_source import PAIR, PairSource
from st_keras.datasets.pairs.sprite_shapes import SHAPES, draw_sprites
from st_keras.validation import check_number, check_one_of, error

NATURAL_SHAPES = ("square", "triangle", "star_4", "spoke_4")
_SHAPE_INDEX = np.array([SHAPES.index(name) for name in NATURAL_SHAPES])
_DEGREES = 9  # one of 40 steps of the orientation
_BINS = (32, 32, 6)  # of x, y and area in the discrete version
_SIZES = (*_BINS, 360 // _DEGREES, len(NATURAL_SHAPES))


class NaturalSprites(PairSource):
    r"""Pairs of white sprites whose position and size change as those of objects in YouTube-VOS.

    A pair takes a random transition of the table: x, y and area at two neighbouring annotated
    frames; orientation (40 values) and shape (square, triangle, star_4, spoke_4) are drawn
    uniformly and are the same in both images.

    Factors, columns in this order: `x` and `y`, centre as a fraction of the image's side, from
    the left and from the bottom; `scale`, square root of the sprite's share of the image;
    `orientation`, degrees counter-clockwise; `shape`, index of one of the four. In the discrete
    version all five are indices on a grid of (32, 32, 6, 40, 4): x, y and area are sorted into
    bins of equal width between their extremes and drawn at the bins' centres. Scores use all five.

    Single images, as scores need them, have x, y and scale of the first frame of a random
    transition; in the discrete version all five factors are drawn uniformly and independently.

    Args:
        path_csv: str or path of the published table `downscale_keepaspect.csv`; see
            `read_natural_transitions`.
        discrete: bool. Default False.
        area_filter: float in [0, 1), share of areas that count as outliers: transitions stay
            if both areas lie between the quantiles `area_filter / 2` and `1 - area_filter / 2`
            of their frame. Default 0.1, as published.
        channels: 3, RGB as published (default), or 1.
        antialias: bool, smooth edges. Default True, as published.
        image_size: int, height and width in pixels. Default 64.

    Attributes:
        num_pairs: int, transitions in use.

    Raises:
        ValueError: if the table is not of this kind or an argument is none of these.

    Differs from the reference:
        Images are drawn by `draw_sprites`, whose edges are smoothed by another filter. There as
        here the table's y is taken as height above the lower edge, although it was measured from
        the top: sprites move upside down. A bin of the discrete version may be empty here.

    Example:
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "a.csv"
    ...     size = path.write_text('id,cat_id,t_0,t_1\n'
    ...                            '7,1,"[(32.0, 16.0, 400)]","[(32.0, 48.0, 400)]"\n')
    ...     sprites = NaturalSprites(path)
    >>> frames, factors = sprites.draw_pairs(8, np.random.default_rng(0))
    >>> frames.shape, factors[0, :, :3].tolist()
    ((8, 2, 64, 64, 3), [[0.25, 0.5, 0.3125], [0.75, 0.5, 0.3125]])

    References:
        Klindt et al.: Towards Nonlinear Disentanglement in Natural Data with Temporal Sparse
        Coding, ICLR 2021, https://arxiv.org/abs/2007.10930
    """

    factor_names = ("x", "y", "scale", "orientation", "shape")

    def __init__(
        self,
        path_csv,
        discrete=False,
        area_filter=0.1,
        channels=3,
        antialias=True,
        image_size=64,
    ):
        where = "NaturalSprites"
        self.discrete = check_one_of(where, "discrete", discrete, (False, True))
        self.antialias = check_one_of(where, "antialias", antialias, (False, True))
        check_one_of(where, "channels", channels, (1, 3))
        self.area_filter = check_number(where, "area_filter", area_filter, 0, 1)
        self.image_shape = (image_size, image_size, channels)
        self.name = "natural_sprites_discrete" if discrete else "natural_sprites"
        self.factor_sizes = _SIZES if discrete else None
        values = _without_outliers(read_natural_transitions(where, path_csv), self.area_filter)
        if discrete:
            values, self._centers = _snap(values)
        else:
            values = _to_image(values)
        self._values = values  # (N, 2, 3): x, y, scale, or their bins
        self.num_pairs = len(values)
        self.images(self._complete(values[:1, 0], 1, np.random.default_rng(0)))  # checks image_size

    def images(self, factors):
        """Draw the images of factors.

        Args:
            factors: (N, 5), columns and units as described for the class.

        Returns:
            uint8 (N, image_size, image_size, channels), 0 to 255.

        Raises:
            ValueError: if factors have another shape, or (discrete) are no indices on the grid.
        """
        factors = self._check_factors(np.asarray(factors))
        x, y, scale, orientation, shape = factors.T
        if self.discrete:
            x, y, scale = (c[i] for c, i in zip(self._centers, (x, y, scale), strict=True))
            orientation = orientation * _DEGREES
        masks = draw_sprites(
            _SHAPE_INDEX[shape.astype("int64")],
            x,
            1 - y,  # y counts from the bottom
            scale,
            np.deg2rad(orientation),
            self.image_shape[0],
            self.antialias,
        )
        return np.repeat(masks[..., None], self.image_shape[-1], axis=-1)

    def draw_pairs(self, count, generator):
        """Draw pairs; uint8 (count, 2, H, W, C) and (count, 2, 5), float64 or int64 bins."""
        values = self._values[generator.integers(0, self.num_pairs, count)]
        factors = self._complete(values, count, generator)
        frames = self.images(factors.reshape(-1, factors.shape[-1]))
        return frames.reshape(count, PAIR, *self.image_shape), factors

    def draw_images(self, count, generator):
        """Draw single images; uint8 (count, H, W, C) and (count, 5), float64 or int64 bins."""
        if self.discrete:
            factors = generator.integers(0, self.factor_sizes, (count, len(self.factor_sizes)))
        else:
            values = self._values[generator.integers(0, self.num_pairs, count), 0]
            factors = self._complete(values, count, generator)
        return self.images(factors), factors

    def card(self):
        """Return what identifies the data, as a JSON-ready dict for run records."""
        return {
            **super().card(),
            "discrete": self.discrete,
            "area_filter": self.area_filter,
            "antialias": self.antialias,
            "num_pairs": self.num_pairs,
            "sha256": hashlib.sha256(self._values.tobytes()).hexdigest(),
        }

    def _complete(self, values, count, generator):
        """Append orientation and shape to `values` (count, ..., 3), the same along a pair."""
        drawn = generator.integers(0, _SIZES[3:], (count, 2))
        if not self.discrete:
            drawn = drawn * (_DEGREES, 1)
        drawn = drawn.reshape(count, *[1] * (values.ndim - 2), 2)
        drawn = np.broadcast_to(drawn, (*values.shape[:-1], 2))
        return np.concatenate([values, drawn], axis=-1)

    def _check_factors(self, factors):
        kinds = "iu" if self.discrete else "iuf"
        good = factors.ndim == 2 and factors.shape[1] == len(_SIZES) and factors.dtype.kind in kinds
        if good:
            sizes = np.array(_SIZES)
            off = (factors < 0) | (factors >= sizes)
            # Only the shape is an index in either version.
            good = not (off.any() if self.discrete else off[:, 4].any())
        if not good:
            raise error(
                "NaturalSprites.images",
                f"factors of shape {factors.shape}, dtype {factors.dtype}",
                f"(N, 5), columns {', '.join(self.factor_names)}; "
                + (f"indices below {_SIZES}" if self.discrete else "shape from 0 to 3"),
                "Take factors from draw_images or draw_pairs.",
            )
        return factors


def _without_outliers(values, share):
    area = values[..., 2]
    low, high = np.quantile(area, (share / 2, 1 - share / 2), axis=0)
    kept = values[((area >= low) & (area <= high)).all(axis=1)]
    if not len(kept):
        raise error(
            "NaturalSprites",
            f"area_filter={share}, which leaves none of {len(values)} transitions",
            "a filter that keeps some",
            "Pass a smaller area_filter; 0 keeps all.",
        )
    return kept


def _to_image(values):
    """x, y and area in pixels as fractions of the image's side."""
    return np.stack([values[..., 0], values[..., 1], np.sqrt(values[..., 2])], axis=-1) / WINDOW


def _snap(values):
    """Bins of x, y and area, int64 (N, 2, 3), and their centres as x, y and scale."""
    bins, centers = [], []
    for column, num_bins in enumerate(_BINS):
        value = values[..., column]
        edges = np.histogram_bin_edges(value, num_bins)
        bins.append(np.searchsorted(edges[1:-1], value))  # on an edge: the bin below
        middle = (edges[:-1] + edges[1:]) / 2
        centers.append((np.sqrt(middle) if column == 2 else middle) / WINDOW)
    return np.stack(bins, axis=-1), centers
