"""The points around the base."""

import pytest

from benchmarks.scaling_points import FACTORS, Point, points
from tests.refusals import refused


@pytest.mark.parametrize(
    "quantity, values",
    [
        ("batch", [1, 2, 4, 8, 16]),
        ("frames", [5, 10, 20, 40]),
        ("size", [16, 32, 64, 96]),
        ("filters", [8, 16, 32, 64, 128]),
        ("layers", [1, 2, 3, 4, 6]),
    ],
)
def test_one_quantity_alone(quantity, values):
    base = Point()
    found = points(base, quantity)
    assert list(found) == values
    for value, point in found.items():
        assert getattr(point, quantity) == value
        assert {**vars(point), quantity: getattr(base, quantity)} == vars(base)


def test_small_bases():
    assert list(points(Point(frames=4), "frames")) == [3, 4, 8, 16]
    assert list(points(Point(size=8), "size")) == [4, 8, 16, 24]
    assert list(points(Point(layers=1), "layers")) == [1, 2, 3]


def test_request():
    request = Point(batch=3, layers=3).request("mixed_bfloat16", steps=4)
    assert (request.batch_size, request.frames, request.steps) == (3, 10, 4)
    assert request.image_shape == (32, 32, 1)
    assert request.settings["filters"] == (32, 32, 32)
    assert request.precision == "mixed_bfloat16"


def test_refuses():
    refused(r"received vary='colour'.*'batch', 'frames'", points, Point(), "colour")
    refused(r"size=30 with patch=4. Required: size divisible", Point, size=30)


def test_a_base_without_multiples(monkeypatch):
    monkeypatch.setitem(FACTORS, "batch", (0.5, 1))
    with pytest.raises(ValueError, match=r"received batch=1. Required: a base that has different"):
        points(Point(batch=1), "batch")
