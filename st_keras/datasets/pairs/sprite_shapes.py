"""Outlines of sprites and a vectorised renderer: any centre, size and angle, no drawing library.

A shape is a function of the point (u, v) in its own axes: u right, v up, origin in the centroid,
area 1. It is negative inside, 0 on the outline, positive outside, and never larger in size than
the distance to the outline: the renderer may trust that a pixel far from 0 is not on an edge.
"""

import numpy as np

from st_keras.validation import check_int, error

_ASPECT = 1.5  # of the ellipse, long axis by short axis
_SUPERSAMPLING = 5  # samples per pixel and axis when antialiased, as in Natural Sprites
_HALF_DIAGONAL = 0.7072  # of a pixel, rounded up
_CHUNK = 1 << 17  # samples evaluated at once: what the temporaries need then stays in the cache


def _square(u, v):
    return np.maximum(np.abs(u), np.abs(v)) - 0.5


def _ellipse(u, v):
    # Semi-axes a, b with a / b = _ASPECT and area pi a b = 1.
    radius = np.sqrt(u * u / _ASPECT + v * v * _ASPECT)
    return (radius - np.pi**-0.5) * _ASPECT**-0.5


# A heart is a square of side 1 on its tip, with half discs on the two upper sides. Its centroid
# lies up from the square's by this much along both sides; 2 / (3 pi) is that of a half disc.
_HEART_AREA = 1 + np.pi / 4
_HEART_SHIFT = np.pi / 8 * (0.5 + 2 / (3 * np.pi)) / _HEART_AREA


def _heart(u, v):
    unit = (_HEART_AREA / 2) ** 0.5
    p, q = unit * (v + u) + _HEART_SHIFT, unit * (v - u) + _HEART_SHIFT
    low, high = np.minimum(p, q), np.maximum(p, q)
    square = np.maximum(-low, high) - 0.5
    # Of the two discs only the nearer one; its other half lies inside the square.
    disc = np.sqrt(low * low + (high - 0.5) ** 2) - 0.5
    return np.minimum(square, disc) * _HEART_AREA**-0.5


def _triangle(u, v):
    inner = 27**-0.25  # radius of the inscribed circle
    return np.maximum(-v, 0.75**0.5 * np.abs(u) + 0.5 * v) - inner


def _star_4(u, v):
    # Corners on circles of radius 1 and 2 before the scaling to area 1; tips on the axes.
    unit, slope = 32**0.25, 8**0.5 - 1
    u, v = np.abs(u), np.abs(v)
    return (np.maximum(u, v) + slope * np.minimum(u, v) - 2 / unit) / (1 + slope**2) ** 0.5


def _spoke_4(u, v):
    # Before the scaling, a square in the unit circle, on each side a rectangle of height 1.
    unit = (2 + 32**0.5) ** 0.5
    half = 0.5**0.5 / unit
    u, v = np.abs(u), np.abs(v)
    return np.maximum(np.minimum(u, v) - half, np.maximum(u, v) - half - 1 / unit)


_OUTLINES = {
    "square": _square,
    "ellipse": _ellipse,
    "heart": _heart,
    "triangle": _triangle,
    "star_4": _star_4,
    "spoke_4": _spoke_4,
}
SHAPES = tuple(_OUTLINES)

# Radius of the circle about the centroid that holds a shape of area 1.
RADII = {
    "square": 0.5**0.5,
    "ellipse": (_ASPECT / np.pi) ** 0.5,
    "heart": (2 / _HEART_AREA) ** 0.5 * (0.5 + _HEART_SHIFT),
    "triangle": 2 * 27**-0.25,
    "star_4": 2 / 32**0.25,
    "spoke_4": (2 + 2**0.5) ** 0.5 / (2 + 32**0.5) ** 0.5,
}
_RADII_BY_INDEX = np.array(list(RADII.values()))


def draw_sprites(
    shape_index, center_x, center_y, scale, orientation, image_size=64, antialias=False
):
    """Draw white sprites on black, one per image, at any position, size and angle.

    The first five arguments are numbers or (N,) arrays, broadcast against each other. Lengths
    are fractions of the image's side: x = 0 is its left edge and y = 0 its upper edge; row r
    covers y from `r / image_size` to `(r + 1) / image_size`. What lies outside is cut off.

    Args:
        shape_index: int, index into `SHAPES`: square, ellipse (axes 3:2), heart, triangle, star_4,
            spoke_4 (a plus). The last three have the proportions of Natural Sprites [1].
        center_x: float, centroid from the left, 1 is the right edge.
        center_y: float, centroid from the top, 1 is the lower edge.
        scale: float above 0, the square root of the sprite's area: at scale 0.5 every shape
            covers a quarter of the image.
        orientation: float, radians counter-clockwise. At 0 square and plus have level sides,
            heart and triangle stand upright, the ellipse lies.
        image_size: int, height and width in pixels. Default 64.
        antialias: bool. False, the default: a pixel is white if its middle lies inside. True:
            grey by the share of 5x5 samples inside.

    Returns:
        uint8 (N, image_size, image_size): 0 and 255, between them only with `antialias`.

    Raises:
        ValueError: if an index is not that of a shape, a number is not finite, a scale is not
            positive, or the arrays do not fit each other.

    Differs from the reference:
        Natural Sprites shrinks a picture of 5 times the size with a Lanczos filter, which
        smears edges over more pixels than the mean taken here; its y points up.

    Example:
    >>> images = draw_sprites([0, 3], 0.5, [0.25, 0.75], scale=0.25, orientation=0.0)
    >>> images.shape, images.dtype, [int((image > 0).sum()) for image in images]
    ((2, 64, 64), dtype('uint8'), [256, 256])

    References:
        [1] Klindt et al.: Towards Nonlinear Disentanglement in Natural Data with Temporal Sparse
            Coding, ICLR 2021, https://arxiv.org/abs/2007.10930
    """
    image_size = check_int("draw_sprites", "image_size", image_size, 1)
    shape_index, center, side, orientation = _checked(
        shape_index, center_x, center_y, scale, orientation, image_size
    )
    images = np.zeros((len(shape_index), image_size, image_size), "uint8")
    # One window size for all, so that the windows are one array; each lies wholly in its image.
    radius = _RADII_BY_INDEX[shape_index] * side
    window = int(min(image_size, 2 * np.ceil(radius.max(initial=0)) + 2))
    corner = np.clip(np.floor(center - window / 2 + 0.5), 0, image_size - window).astype(int)
    middles = np.arange(window) + 0.5
    y, x = np.moveaxis(((corner - center)[:, :, None] + middles) / side[:, None, None], 1, 0)
    cos, sin = np.cos(orientation), np.sin(orientation)
    # u = x cos - y sin and v = -x sin - y cos, since y points down: the products are taken along
    # the axes, and only the sums on the grid of pixels.
    along = cos[:, None] * x, -sin[:, None] * y, -sin[:, None] * x, -cos[:, None] * y
    along = [part.astype("float32") for part in along]
    windows = np.lib.stride_tricks.sliding_window_view(
        images, (window, window), axis=(1, 2), writeable=True
    )
    chunk = max(1, _CHUNK // window**2)
    for index, outline in enumerate(_OUTLINES.values()):
        members = np.flatnonzero(shape_index == index)
        for rows in np.split(members, range(chunk, len(members), chunk)):
            ux, uy, vx, vy = (part[rows] for part in along)
            u, v = ux[:, None] + uy[:, :, None], vx[:, None] + vy[:, :, None]
            outside = outline(u, v)
            ink = np.where(outside <= 0, np.uint8(255), np.uint8(0))
            if antialias:
                edge = np.abs(outside) <= (_HALF_DIAGONAL / side[rows])[:, None, None]
                row = rows[np.nonzero(edge)[0]]
                ink[edge] = _greys(outline, u[edge], v[edge], cos[row], sin[row], side[row])
            windows[rows, corner[rows, 0], corner[rows, 1]] = ink
    return images


def _greys(outline, u, v, cos, sin, side):
    """255 times the share of a pixel's samples that lie inside, for pixels (M,) around (u, v)."""
    steps = (np.arange(_SUPERSAMPLING) + 0.5) / _SUPERSAMPLING - 0.5
    y, x = (grid.ravel() for grid in np.meshgrid(steps, steps, indexing="ij"))
    cos, sin = ((part / side).astype("float32")[:, None] for part in (cos, sin))
    y, x = y.astype("float32"), x.astype("float32")
    inside = outline(u[:, None] + cos * x - sin * y, v[:, None] - sin * x - cos * y) <= 0
    return np.rint(inside.sum(axis=1) * (255 / len(x))).astype("uint8")


def _checked(shape_index, center_x, center_y, scale, orientation, image_size):
    """The arguments as (N,), (N, 2), (N,), (N,), lengths in pixels."""
    where = "draw_sprites"
    names = ("shape_index", "center_x", "center_y", "scale", "orientation")
    values = [np.asarray(a) for a in (shape_index, center_x, center_y, scale, orientation)]
    try:
        values = [np.atleast_1d(a) for a in np.broadcast_arrays(*values)]
    except ValueError:
        values = values[:0]
    if not values or values[0].ndim != 1:
        shapes = [np.shape(a) for a in (shape_index, center_x, center_y, scale, orientation)]
        raise error(
            where,
            ", ".join(f"{n} of shape {s}" for n, s in zip(names, shapes, strict=True)),
            "numbers, or arrays (N,) of one length",
            "Flatten the arrays and give all of them the same length.",
        )
    index = values[0]
    if index.dtype.kind not in "iu" or np.any((index < 0) | (index >= len(SHAPES))):
        raise error(
            where,
            f"shape_index of dtype {index.dtype}, {index.min()} to {index.max()}",
            f"integers from 0 to {len(SHAPES) - 1}: {', '.join(SHAPES)}",
            "Look a shape up with SHAPES.index(name).",
        )
    for name, value in zip(names[1:], values[1:], strict=True):
        good = value.dtype.kind in "iuf" and np.isfinite(value).all()
        if not good or (name == "scale" and value.min(initial=1) <= 0):
            raise error(
                where,
                f"{name} of dtype {value.dtype} with a value that is no "
                f"{'positive ' if name == 'scale' else ''}finite number",
                "finite floats; scale above 0",
                "Leave images without a sprite out.",
            )
    _, x, y, side, orientation = (np.float64(value) for value in values)
    return index, image_size * np.stack([y, x], axis=1), image_size * side, orientation
