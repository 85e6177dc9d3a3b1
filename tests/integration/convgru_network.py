"""The classes of `convgru_family.py`."""

import keras
from keras import ops

from st_keras.cells import RolloutCell, StackCell
from st_keras.cells.spatial_state_cell import SpatialStateCell
from st_keras.models import NextFrameNetwork
from st_keras.tuning.forecaster_hyper_model import ForecasterHyperModel


@keras.saving.register_keras_serializable(package="convgru")
class ConvGRUCell(SpatialStateCell):
    """h' = (1 - z) . h + z . tanh(W * [x, r . h])"""

    state_names = ("h",)

    def __init__(self, filters, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        shared = {"padding": "same", "dtype": self.dtype_policy}
        self.gates = keras.layers.Conv2D(2 * filters, 3, activation="sigmoid", **shared)
        self.candidate = keras.layers.Conv2D(filters, 3, activation="tanh", **shared)

    def build(self, input_shape):
        self.remember_spatial_shape(input_shape)
        for conv in (self.gates, self.candidate):
            conv.build((*input_shape[:3], input_shape[3] + self.filters))
        self.built = True

    def call(self, inputs, states):
        (h,) = states
        x, h_low = (ops.cast(each, self.compute_dtype) for each in (inputs, h))
        z, r = ops.split(self.gates(ops.concatenate([x, h_low], axis=-1)), 2, axis=-1)
        new = self.candidate(ops.concatenate([x, r * h_low], axis=-1))
        h = h + ops.cast(z * (new - h_low), h.dtype)
        return h, [h]

    def state_specs(self, spatial_shape):
        return [((*spatial_shape, self.filters), self.variable_dtype)]

    def get_config(self):
        return {**super().get_config(), "filters": self.filters}


@keras.saving.register_keras_serializable(package="convgru")
class ConvGRU(NextFrameNetwork):
    """Layers of it."""

    def __init__(self, filters=(8,), patch_size=4, **kwargs):
        policy = keras.dtype_policies.get(kwargs.get("dtype"))
        cells = [ConvGRUCell(width, dtype=policy) for width in filters]
        stack = StackCell(cells, dtype=policy)
        super().__init__(RolloutCell(stack, dtype=policy), patch_size, **kwargs)
        self.filters = tuple(filters)

    def get_config(self):
        own = {"filters": self.filters, "patch_size": self.patch_size}
        return {**super().get_config(), **own}


class ConvGRUHyperModel(ForecasterHyperModel):
    """Its search space."""

    network = ConvGRU

    def __init__(self, image_shape, steps, context_length=10, reports=4, **kwargs):
        kwargs = {"layers": 1, "filters": (4, 8), "patch_size": 4, **kwargs}
        kwargs = {"sampling": "scheduled", "sampling_until": (0.5, 1.0), **kwargs}
        kwargs = {"learning_rate": (1e-3, 1e-2), "precision": "float32", **kwargs}
        defaults = {"normalization": None, "max_parameters": None, "seed": None}
        super().__init__(image_shape, steps, context_length, reports, **{**defaults, **kwargs})

    def network_settings(self, hp):
        return {}
