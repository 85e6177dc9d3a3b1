"""dSprites drawn on the spot: one shape on black, five factors, no download."""

import colorsys
import functools

import numpy as np

from st_keras.datasets.pairs.factor_grid import FactorGrid
from st_keras.datasets.pairs.sprite_shapes import RADII, SHAPES, draw_sprites
from st_keras.validation import check_int, check_one_of, error

COLORS = ("white", "random", "hue")
SCALES = np.linspace(0.5, 1.0, 6)
# Both ends are kept, as in dSprites: the first and the last angle give the same image.
ORIENTATIONS = np.linspace(0.0, 2 * np.pi, 40)
POSITIONS = 32

_SMALLEST_IMAGE = 16
# Of an image's side. 31/64: one pixel per position in 64 pixels. 21.7/64: the square's half
# diagonal of 15.3 pixels then fits the margin of 16.5; and no side of a square, at any of the six
# scales, runs through pixel middles (or, antialiased, samples), where rounding would decide.
_POSITION_SPAN = 31 / 64
_LARGEST_SIDE = 21.7 / 64

_HUES = np.rint([[255 * c for c in colorsys.hsv_to_rgb(k / 8, 1.0, 1.0)] for k in range(8)])
_LEVELS = np.rint(255 * np.linspace(0.5, 1.0, 8))  # of a channel of a random colour
_PALETTES = {
    "hue": _HUES.astype("uint8"),
    "random": np.stack(np.meshgrid(_LEVELS, _LEVELS, _LEVELS), -1).reshape(-1, 3).astype("uint8"),
}


class Sprites(FactorGrid):
    """The factor grid of dSprites [1]: 737,280 images, drawn when asked for.

    Factors: `shape` (square, ellipse, heart), `scale` (6: 0.5, 0.6 ... 1.0 of the largest),
    `orientation` (40: 0 to 2 pi, counter-clockwise, both ends included), `position_x` (32, left
    to right), `position_y` (32, top to bottom).

    Geometry, in pixels of a 64x64 image: at scale 1 each shape has area 21.7^2 = 471 and lies
    within 15.4 of its centroid; centroids lie at 16.5, 17.5 ... 47.5, so that every shape is
    inside the image in every position. Triangle and star_4 reach further than a square of their
    area and are made as much smaller as fits the same circle.

    The orientation of a square is known only up to quarter turns, that of an ellipse up to half
    turns, as in dSprites: no code can recover it in full.

    Args:
        color: "white" (default): one channel. "random": RGB, one of 512 light colours (each
            channel one of 8 levels from 127 to 255) as a sixth factor `color`, a nuisance: not
            scored, and both frames of a pair have the same. "hue": RGB, a sixth factor `hue`, 8
            saturated colours around the colour circle, scored.
        shapes: tuple of different names out of square, ellipse, heart, triangle, star_4, spoke_4.
            Default ("square", "ellipse", "heart").
        antialias: bool. False (default): pixels are 0 or the colour, as in dSprites. True: greys
            along edges.
        image_size: int of at least 16; lengths grow with it. Below 63, neighbouring positions
            may fall on the same pixel. Default 64.

    Attributes:
        nuisance: tuple of str, the factors that a pair's frames share: ("color",) or ().

    Raises:
        ValueError: if an argument is none of these.

    Differs from the reference:
        Shapes and factors are those of dSprites, pixels are not: its ellipse, heart and sizes are
        not published as formulas. In colour-dSprites [2] the colour is drawn anew for each image
        from a continuum; here it is a factor, so that an image follows from its factors.

    Example:
    >>> sprites = Sprites()
    >>> images = sprites.images(np.array([[0, 5, 0, 0, 0], [0, 5, 0, 31, 31]]))
    >>> images.shape, images.dtype, int(images.max()), len(sprites)
    ((2, 64, 64, 1), dtype('uint8'), 255, 737280)
    >>> bool((images[0, :33, :33] == images[1, 31:, 31:]).all())
    True

    References:
        [1] Matthey et al.: dSprites, 2017, https://github.com/deepmind/dsprites-dataset
        [2] Locatello et al.: Challenging Common Assumptions in the Unsupervised Learning of
            Disentangled Representations, ICML 2019, https://arxiv.org/abs/1811.12359
    """

    def __init__(
        self,
        color="white",
        shapes=("square", "ellipse", "heart"),
        antialias=False,
        image_size=64,
    ):
        self.color = check_one_of("Sprites", "color", color, COLORS)
        self.shapes = _check_shapes(shapes)
        self.antialias = check_one_of("Sprites", "antialias", antialias, (False, True))
        self.image_size = check_int("Sprites", "image_size", image_size, _SMALLEST_IMAGE)
        self.name = {"white": "sprites", "random": "sprites_color", "hue": "sprites_hue"}[color]
        channels = 1 if color == "white" else 3
        self.image_shape = (self.image_size, self.image_size, channels)
        self.factor_names = ("shape", "scale", "orientation", "position_x", "position_y")
        self.factor_sizes = (len(self.shapes), len(SCALES), len(ORIENTATIONS), POSITIONS, POSITIONS)
        self.nuisance = ("color",) if color == "random" else ()
        if color != "white":
            self.factor_names += self.nuisance or ("hue",)
            self.factor_sizes += (len(_PALETTES[color]),)
        self.categorical = ("shape", *self.nuisance)
        self.unscored = self.nuisance

    def images(self, factors):
        """Return the images at grid points.

        Args:
            factors: int (N, 5), (N, 6) with colours; each column in [0, its factor's size).

        Returns:
            uint8 (N, image_size, image_size, 1 or 3), 0 to 255.

        Raises:
            ValueError: if factors are not of this shape or off the grid.
        """
        factors = self.check_factors("Sprites.images", factors)
        shape, scale, orientation, x, y, *color = factors.T
        stamps, offsets = _stamps(self.shapes, self.image_size, self.antialias)
        # Every position is a window of its stamp's wide margin: one gather copies all images.
        windows = np.lib.stride_tricks.sliding_window_view(
            stamps, (self.image_size, self.image_size), axis=(1, 2)
        )
        stamp = (shape * len(SCALES) + scale) * len(ORIENTATIONS) + orientation
        masks = windows[stamp, offsets[y], offsets[x]]
        return _paint(masks, _PALETTES[self.color][color[0]]) if color else masks[..., None]

    def card(self):
        """Return what identifies the images, as a JSON-ready dict for run records."""
        return {
            "generator": "Sprites",
            "color": self.color,
            "shapes": list(self.shapes),
            "antialias": self.antialias,
            "image_size": self.image_size,
        }


def _check_shapes(shapes):
    known = isinstance(shapes, (tuple, list)) and all(shape in SHAPES for shape in shapes)
    if not known or not shapes or len(set(shapes)) < len(shapes):
        raise error(
            "Sprites",
            f"shapes={shapes!r}",
            f"a tuple of different names out of {', '.join(SHAPES)}",
            "Pass shapes=('square', 'ellipse', 'heart') for those of dSprites.",
        )
    return tuple(shapes)


def _paint(masks, colors):
    images = np.empty((*masks.shape, 3), "uint8")
    for channel in range(3):
        level = colors[:, channel, None, None].astype("uint16")
        # m * c / 255, rounded, for m, c in 0..255, without the slow division
        product = masks * level + np.uint16(128)
        images[..., channel] = (product + (product >> 8)) >> 8
    return images


@functools.lru_cache(maxsize=4)
def _stamps(shapes, image_size, antialias):
    """Drawn shapes with margins, and where in them each position's window begins.

    uint8 (shapes * scales * orientations, side, side) and int (POSITIONS,).
    """
    span = round(_POSITION_SPAN * image_size)
    box = image_size - span
    index, scale, orientation = (
        grid.ravel()
        for grid in np.meshgrid(
            [SHAPES.index(shape) for shape in shapes], SCALES, ORIENTATIONS, indexing="ij"
        )
    )
    fitting = np.array([min(1.0, RADII["square"] / RADII[shape]) for shape in SHAPES])
    side = _LARGEST_SIDE * image_size * fitting[index] * scale
    masks = draw_sprites(index, 0.5, 0.5, side / box, orientation, box, antialias)
    stamps = np.pad(masks, ((0, 0), (span, span), (span, span)))
    stamps.setflags(write=False)
    return stamps, span - np.rint(np.linspace(0, span, POSITIONS)).astype("int64")
