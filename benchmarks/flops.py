"""FLOPs that a network asks for, counted from its layers: two per multiply-add.

Counted are convolutions, dense layers, the products of attention and of pooling by it, and the
adapter of PredRNN-V2; not element-wise work, which has few operations (its cost is memory traffic),
and not what is computed a second time to save memory (`remat`, attention maps): these are FLOPs of
the model, not of the machine. A convolution is counted as if no position lay at a border.

A training step counts three times the forward pass: for each product one more for the gradient of
its weights and one for that of its input. Exact but for layers whose input is data alone: the first
convolution of SlowVAE. A next-frame network reads its own predictions too, so there none is saved.
"""

import math

import keras

from st_keras.models.modernn.slot_binding import SlotBinding
from st_keras.models.modernn.slot_fusion import SlotFusion
from st_keras.models.predrnn.zigzag_stack_cell import ZigzagStackCell
from st_keras.private_api import flatten_layers


def training_flops(network, frames_shape, decoupling=None):
    """Return the FLOPs of one training step of a built next-frame network, as a float.

    Args:
        network: a built `NextFrameNetwork`, such as `PredRNN`.
        frames_shape: (B, T, H, W, C) of the training sequences; the network makes T-1 steps.
        decoupling: bool. Whether the decoupling term is measured. Default: if the network can.
    """
    batch, length, height, width, _ = frames_shape
    if decoupling is None:
        decoupling = "decoupling" in network.loss_terms
    return 3 * forward_flops(network, batch, length - 1, (height, width), decoupling)


def forward_flops(network, batch, steps, image_size, decoupling=False):
    """Return the FLOPs of a forward pass of a built next-frame network, as a float.

    Args:
        network: a built `NextFrameNetwork`.
        batch: int B.
        steps: int, time steps. A forecast of K frames after a context of T takes T + K - 1.
        image_size: (H, W) of the frames in pixels.
        decoupling: bool. Whether the decoupling term is measured, as in training. Default False.

    Example:

    >>> from st_keras.models import ConvLSTM
    >>> network = ConvLSTM(filters=(8,), kernel_size=3, patch_size=1)
    >>> network.build((None, None, 16, 16, 1))
    >>> forward_flops(network, 2, 5, (16, 16))  # 2 * 5 * 16^2 * 2 * (9 * (1 + 8) * 32 + 8)
    13312000.0
    """
    p = network.patch_size
    positions = (image_size[0] // p) * (image_size[1] // p)
    return float(steps * batch * _step_flops(network.rnn.cell, positions, decoupling))


def slowvae_flops(model, images, training=True):
    """Return the FLOPs of a pass over images by a built `SlowVAE`, as a float.

    Args:
        model: a built `SlowVAE`.
        images: int, frames of all pairs together.
        training: bool. True: forward and backward, without the gradient of the images. False:
            forward alone. Default True.
    """
    shape, products = model.image_shape, []
    for layer in model.encoder.convolutions:
        shape = layer.compute_output_shape((None, *shape))[1:]
        products.append(_product(layer, math.prod(shape[:2])))
    shape = (1, 1)
    dense = [_product(layer, 1) for layer in (model.encoder.moments, model.decoder.hidden)]
    for layer in model.decoder.convolutions:
        products.append(_product(layer, math.prod(shape[:2])))  # per position of the input
        shape = layer.compute_output_shape((None, *shape, layer.kernel.shape[-1]))[1:3]
    forward = sum(products) + sum(dense)
    return float(images * (3 * forward - products[0] if training else forward))


def _step_flops(layer, positions, decoupling):
    """FLOPs of one time step of one sequence on maps of so many positions."""
    if isinstance(layer, (keras.layers.Conv2D, keras.layers.DepthwiseConv2D)):
        return _product(layer, positions)
    if isinstance(layer, keras.layers.Dense):
        return _product(layer, 1)
    if isinstance(layer, SlotFusion):
        convolved = [*layer.slot_convs, layer.skip_conv]
        # Positions are looked for and added up by that, then the rest is of one position.
        pooled = (layer.first_kernel, layer.last_kernel, layer.importance_kernel)
        total = sum(_product(each, positions) for each in convolved)
        total += 2 * _product(layer.position, positions)
        return total + sum(2 * math.prod(kernel.shape) for kernel in pooled)
    parts = flatten_layers(layer, parts_alone=True)
    total = 0
    if isinstance(layer, ZigzagStackCell) and layer.adapter is not None:
        parts.remove(layer.adapter)
        # Both increments of every layer.
        calls = 2 * len(layer.cells) if decoupling else 0
        total += calls * _product(layer.adapter, positions)
    if isinstance(layer, SlotBinding):
        # Q K^T and A V, for all slots together.
        total += 2 * 2 * layer.features * positions**2
        if layer.separate_slots:  # one projection, applied to each memory
            again = layer.num_slots - 1
            total += again * _step_flops(layer.query, positions, decoupling)
    return total + sum(_step_flops(part, positions, decoupling) for part in parts)


def _product(layer, positions):
    return 2 * math.prod(layer.kernel.shape) * positions
