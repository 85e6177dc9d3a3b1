"""Classes of rain and reflectivity: what belongs to which, and that the colours can be told."""

import numpy as np
import pytest

from st_keras.plots.radar_colours import radar_colours
from tests.refusals import refused

both = pytest.mark.parametrize("colours", ["radar", "radar-safe"])
units = pytest.mark.parametrize("units", ["mm h-1", "mm", "dbz"])


def table(found):
    """uint8 (n + 1, 3)."""
    hexes = [[int(colour[k : k + 2], 16) for k in (1, 3, 5)] for colour in found.colours]
    return np.array(hexes, "uint8")


def lightness(rgb):
    """CIE L* of sRGB (n, 3)."""
    linear = np.where(rgb <= 10, rgb / 255 / 12.92, ((rgb / 255 + 0.055) / 1.055) ** 2.4)
    y = linear @ [0.2126, 0.7152, 0.0722]
    return np.where(y > 0.008856, 116 * np.cbrt(y) - 16, 903.3 * y)


@both
@units
def test_every_value_has_the_colour_of_its_class(colours, units):
    found = radar_colours("here", colours, units)
    edges = np.array(found.edges, "float32")
    assert (np.diff(edges) > 0).all() and len(found.colours) == len(edges) + 1
    at, below = found.images(edges), found.images(np.nextafter(edges, np.float32(-np.inf)))
    np.testing.assert_array_equal(at, table(found)[1:])
    np.testing.assert_array_equal(below, table(found)[:-1])
    # Edges in float64, as users' rain has them.
    np.testing.assert_array_equal(found.images(np.array(found.edges, "float64")), at)
    ends = found.images(np.array([-99.0, np.nan, 1e6]))
    assert ends[:2].min() == 255 and (ends[2] == at[-1]).all()


@both
@units
def test_neighbours_differ(colours, units):
    colours = table(radar_colours("here", colours, units)).astype(int)
    assert np.abs(np.diff(colours, axis=0)).sum(axis=1).min() > 30


@units
def test_safe_colours_darken_from_class_to_class(units):
    light = lightness(table(radar_colours("here", "radar-safe", units)).astype(float))
    assert (np.diff(light) < -3).all() and light[-1] < 12


def test_scale_and_labels():
    found = radar_colours("here", "radar", "mm/h")
    cmap, norm = found.scale()
    for k, edge in enumerate(found.edges):
        np.testing.assert_allclose(np.array(cmap(norm(edge))[:3]) * 255, table(found)[k + 1])
    assert found.labels[:2] == ["0.1", "0.5"] and found.ends[-1] > found.edges[-1]


def test_errors():
    refused("here: received colours='rainbow'.*'radar', 'radar-safe'", radar_colours, "here",
            "rainbow", "mm/h")  # fmt: skip
    for other in ("K", None):
        refused("colours='radar' for frames in .*units with classes: 'mm/h', 'mm', 'dBZ'",
                radar_colours, "here", "radar", other)  # fmt: skip
