"""Shapes that the computed layers refuse, of arrays and where only shapes are known."""

import keras
import numpy as np
import pytest

from st_keras.layers import AdvectionPaths, BandAutoregression, SteadyMotion, Warp
from tests.refusals import refused

REFUSED = [
    (SteadyMotion, [(1, 32, 32)] * 2, {}, r"frames of shape .* rank 3\..* \(B, H, W, T\)"),
    (SteadyMotion, [(1, 32, 32, 1)] * 2, {}, r"T=1\. Required: a T of at least 2"),
    (SteadyMotion, [(1, 32, 24, 2)] * 2, {}, r"\(1, 32, 24, 2\).* multiples of 16\. Pad them"),
    (SteadyMotion, [(1, 32, 32, 2), (1, 32, 32, 1)], {}, r"valid of .* of sizes \(1, 32, 32, 2\)"),
    (AdvectionPaths, [(1, 8, 8)], {"steps": 2}, r"motion of shape \(1, 8, 8\), rank 3"),
    (AdvectionPaths, [(1, 8, 8, 3)], {"steps": 2}, r"\(1, 8, 8, 3\).*\(None, None, None, 2\)"),
    (AdvectionPaths, [(1, 8, 7, 2)], {"steps": 2}, r"\(1, 8, 7, 2\).* multiples of 2"),
    (AdvectionPaths, [(1, 8, 8, 2)], {"steps": 0}, r"steps=0\. Required: an int of at least 1"),
    (Warp, [(1, 8, 8, 1), (1, 1, 8, 8, 2)], {}, r"maps of shape .* rank 4\..* \(B, L, H, W, C\)"),
    (Warp, [(1, 3, 8, 8, 1), (1, 8, 8, 2)], {}, r"paths of shape .* rank 4\..* \(B, L, H, W, 2\)"),
    (Warp, [(1, 3, 8, 8, 1), (1, 3, 8, 6, 2)], {}, r"\(1, 3, 8, 6, 2\).* sizes \(1, 3, 8, 8, 2\)"),
    (Warp, [(1, 3, 8, 8, 1), (1, 2, 8, 8, 2)], {}, r"\(1, 2, 8, 8, 2\).* sizes \(1, 3, 8, 8, 2\)"),
    (BandAutoregression, [(1, 8, 8)] * 2, {"steps": 2}, r"frames of shape \(1, 8, 8\), rank 3"),
    (BandAutoregression, [(1, 8, 8, 4)] * 2, {"steps": 2}, r"\(1, 8, 8, 4\).* None, 3\)"),
    (BandAutoregression, [(1, 8, 6, 3)] * 2, {"steps": 2}, r"\(1, 8, 6, 3\).* multiples of 4"),
    (BandAutoregression, [(1, 8, 8, 3), (1, 8, 8, 1)], {"steps": 2}, r"valid of .*\(1, 8, 8, 3\)"),
    (BandAutoregression, [(1, 8, 8, 3)] * 2, {"steps": 1.5}, r"steps=1\.5\. Required: an int"),
]


@pytest.mark.parametrize("layer, shapes, steps, match", REFUSED)
def test_refused_shapes(layer, shapes, steps, match):
    match = rf"{layer.__name__}: received .*{match}"
    refused(match, layer(), *(np.zeros(shape, "float32") for shape in shapes), **steps)
    refused(match, layer(), *(keras.KerasTensor(shape) for shape in shapes), **steps)
    refused(match, layer().compute_output_shape, *shapes, **steps)


def test_refused_after_other_shapes_fitted():
    layer = Warp()
    layer(np.zeros((1, 1, 8, 8, 1)), np.zeros((1, 1, 8, 8, 2)))
    refused("Warp: received paths", layer, np.zeros((1, 1, 8, 8, 1)), np.zeros((1, 1, 6, 8, 2)))


@pytest.mark.parametrize(
    "layer, known, steps",
    [
        (SteadyMotion, [(2, 32, 48, 3)] * 2, {}),
        (AdvectionPaths, [(2, 8, 12, 2)], {"steps": 3}),
        (Warp, [(2, 3, 8, 12, 4), (2, 3, 8, 12, 2)], {}),
        (BandAutoregression, [(2, 8, 12, 3)] * 2, {"steps": 5}),
    ],
)
def test_shapes_are_told_before_values_and_unknown_sizes_pass(layer, known, steps):
    def shapes(tensors):
        return keras.tree.map_structure(lambda each: tuple(each.shape), tensors)

    computed = shapes(layer()(*(np.ones(shape, "float32") for shape in known), **steps))
    assert layer().compute_output_shape(*known, **steps) == computed
    assert shapes(layer()(*(keras.KerasTensor(shape) for shape in known), **steps)) == computed
    unknown = [(*(None for _ in shape[:-1]), shape[-1]) for shape in known]
    told = shapes(layer()(*(keras.KerasTensor(shape) for shape in unknown), **steps))
    each = zip(keras.tree.flatten(told), keras.tree.flatten(computed), strict=True)
    assert all(size in (None, real) for size, real in each)
