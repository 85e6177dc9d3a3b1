"""A tiny instance of every public class with a config: one entry here gets it all checks.

Sequence layers, models and cells (inside a `SpatioTemporalRNN`) are all checked as one thing: what
maps a tensor (B, T, H, W, channels) to another.
"""

import dataclasses
import importlib
import inspect
from collections.abc import Callable

import keras

import st_keras
from st_keras import cells, distributions, layers, losses, metrics, models, training
from st_keras.cells.spatial_state_cell import SpatialStateCell
from st_keras.layers.frame_decoder import FrameDecoder
from st_keras.layers.frame_encoder import FrameEncoder
from st_keras.metrics.scores_by_name import our_classes
from st_keras.models.nowcaster.residual_unet import ResidualUNet
from tests.tiny import random_frames
from tests.tiny_actions import random_actions


@dataclasses.dataclass(frozen=True)
class Entry:
    """How to make one instance.

    Args:
        make: function of keyword arguments (`dtype`) to an instance.
        input_channels: function from image channels to channels of the input.
        size: (H, W) of the input, unequal.
        actions: how many numbers an action has; 0, the default, of what takes frames alone.
        read: function from the input tensor to what the layer reads.
        apply: function of the layer and what it reads to one tensor, for layers of several
            arguments or outputs.
    """

    make: Callable
    input_channels: Callable = lambda channels: channels
    size: tuple = (4, 6)
    actions: int = 0
    read: Callable = lambda inputs: inputs
    apply: Callable = lambda layer, *inputs: layer(*inputs)


class OfOneTensor(keras.layers.Layer):
    """A layer of several inputs or outputs, which come as channels of one tensor."""

    def __init__(self, layer, entry, **kwargs):
        super().__init__(**kwargs)
        self.layer, self.entry = layer, entry

    def call(self, inputs):
        return self.entry.apply(self.layer, self.entry.read(inputs))


def _frame_and_flag(inputs):
    return {"frame": inputs[..., :-1], "observed": inputs[:, :, 0, 0, -1:]}


def _cell(**dtype):
    return cells.SpatioTemporalLSTMCell(3, 3, **dtype)


def _stack(**dtype):
    pair = [cells.SpatioTemporalLSTMCell(3, 3, return_increments=True, **dtype) for _ in range(2)]
    return cells.ZigzagStackCell(pair, decoupling=True, **dtype)


def _network(**dtype):
    return models.PredRNN((3, 3), kernel_size=3, patch_size=2, **dtype)


def _schedule():
    return training.ProbabilitySchedule(
        "sigmoid", 0.25, 0.75, alpha=5.0, beta=20.0, begin=1, stop=90
    )


def _forecaster(**dtype):
    return training.Forecaster(
        _network(**dtype),
        context_length=2,
        sampling=training.ReverseScheduledSampling(_schedule(), _schedule()),
        decoupling_weight=0.1,
        reverse_input=True,
        normalization=layers.FrameNormalization(0.5, 2.0),
        seed=7,
        **dtype,
    )


def _nowcaster(**dtype):
    unet = ResidualUNet((2, 3, 3, 3, 3), 4, **dtype)
    return models.Nowcaster(
        unet, (0.5, 2.0, 5.0), (1.0, 1.0, 2.0), 3, 1, 2, "matched", 1.2, 0.2, seed=7, **dtype
    )


def _three_frames_of_rain(inputs):
    return keras.ops.concatenate([inputs[..., :1]] * 3, axis=1)


def _slowvae(**dtype):
    return models.SlowVAE(
        latent_size=3,
        beta=2.0,
        gamma=5.0,
        rate=(1.0, 2.0, 3.0),
        objective="exact",
        likelihood="gaussian",
        likelihood_scale=0.5,
        transition_prior=distributions.GeneralizedNormalTransitionPrior(power=0.5),
        seed=7,
        **dtype,
    )


def _mode_cell(**dtype):
    return cells.ModeCell(
        4,
        num_slots=2,
        softmax_importance=True,
        separate_slots=True,
        learned_initial_slots=True,
        slot_scale=True,
        **dtype,
    )


def _first_twice(inputs):
    return keras.ops.concatenate([inputs[..., :1]] * 2, axis=-1)


def _of_channels(**dtype):
    return layers.ChannelTransforms(
        [layers.Power(0.3, **dtype), layers.LogScale(0.3, **dtype)], **dtype
    )


def _one_map(inputs):
    """(B, H, W, 1), for layers without an axis of time, or with one that is no axis of frames."""
    return keras.ops.mean(inputs[..., :1], axis=1), inputs[..., :1]


def _each_time(maps, like):
    """Maps (B, H, W, C) at every time of `like`."""
    return keras.ops.add(keras.ops.expand_dims(maps, 1), keras.ops.zeros_like(like))


def _tracked(layer, read):
    field, like = read
    frames = keras.ops.concatenate([field, keras.ops.roll(field, 1, axis=2)], axis=-1)
    return _each_time(layer(frames, keras.ops.cast(frames > 0.1, "float32")), like)


def _followed(layer, read):
    field, like = read
    paths = layer(keras.ops.concatenate([field, -2 * field], axis=-1), steps=3)
    return _each_time(keras.ops.concatenate([paths[:, k] for k in range(3)], axis=-1), like)


def _warped(layer, maps):
    paths = 3 * keras.ops.concatenate([maps[..., :1], -maps[..., -1:]], axis=-1)
    return keras.ops.concatenate(layer(maps, paths), axis=-1)


def _continued(layer, read):
    field, like = read
    frames = keras.ops.concatenate([field, field**2, field**3], axis=-1)
    found = layer(frames, keras.ops.cast(frames > 0.1, "float32"), steps=3)
    maps = [keras.ops.transpose(found[name], (0, 2, 3, 1)) for name in ("mean", "sd")]
    of_steps = keras.ops.concatenate([found["correlation"][..., None], found["coefficients"]], -1)
    of_steps = keras.ops.reshape(of_steps, (-1, 1, 1, 3 * 6 * 3))
    of_steps = keras.ops.add(of_steps, keras.ops.zeros_like(field))
    return _each_time(keras.ops.concatenate([*maps, found["bands"], of_steps], axis=-1), like)


# Whatever maps sequences to sequences.
LAYERS = {
    cells.SpatioTemporalLSTMCell: Entry(_cell),
    cells.ZigzagStackCell: Entry(_stack),
    cells.ConvLSTMCell: Entry(lambda **dtype: cells.ConvLSTMCell(3, (3, 5), 0.5, **dtype)),
    cells.ModeCell: Entry(_mode_cell),
    cells.StackCell: Entry(
        lambda **dtype: cells.StackCell(
            [_mode_cell(**dtype), cells.ConvLSTMCell(3, **dtype)], **dtype
        )
    ),
    cells.RolloutCell: Entry(
        lambda **dtype: cells.RolloutCell(_stack(**dtype), **dtype),
        lambda channels: channels + 1,
        read=_frame_and_flag,
    ),
    layers.FrameNormalization: Entry(lambda **dtype: layers.FrameNormalization(0.5, 2.0, **dtype)),
    layers.Asinh: Entry(lambda **dtype: layers.Asinh(0.3, **dtype)),
    layers.ChannelTransforms: Entry(_of_channels, read=_first_twice),
    layers.Clip: Entry(lambda **dtype: layers.Clip(0.1, 0.9, **dtype)),
    layers.Decibel: Entry(lambda **dtype: layers.Decibel(0.2, -12.0, **dtype)),
    layers.LogScale: Entry(lambda **dtype: layers.LogScale(0.3, **dtype)),
    layers.Power: Entry(lambda **dtype: layers.Power(0.3, **dtype)),
    layers.Quantile: Entry(
        lambda **dtype: layers.Quantile([0.0, 0.1, 0.5], [0.0, 0.6, 1.0], **dtype)
    ),
    layers.ReflectivityRainRate: Entry(
        lambda **dtype: layers.ReflectivityRainRate(223.0, 1.53, "reflectivity", -20.0, **dtype)
    ),
    layers.TransformChain: Entry(
        lambda **dtype: layers.TransformChain(
            [layers.Decibel(**dtype), layers.FrameNormalization(0.5, 2.0, **dtype)], **dtype
        )
    ),
    layers.FramesToPatches: Entry(lambda **dtype: layers.FramesToPatches(2, **dtype)),
    layers.PatchesToFrames: Entry(
        lambda **dtype: layers.PatchesToFrames(2, **dtype), lambda channels: 4 * channels
    ),
    layers.SpatioTemporalRNN: Entry(
        lambda **dtype: layers.SpatioTemporalRNN(_cell(**dtype), return_sequences=True, **dtype)
    ),
    models.PredRNN: Entry(_network),
    models.ConvLSTM: Entry(lambda **dtype: models.ConvLSTM((3, 4), 3, patch_size=2, **dtype)),
    models.ModeRNN: Entry(lambda **dtype: models.ModeRNN((4, 6), 2, patch_size=2, **dtype)),
    models.Nowcaster: Entry(_nowcaster, size=(16, 32), read=_three_frames_of_rain),
    models.SlowVAE: Entry(_slowvae, size=(16, 32)),
    training.Forecaster: Entry(_forecaster),
    cells.ActionConditionedModeCell: Entry(
        lambda **dtype: cells.ActionConditionedModeCell(4, 2, num_slots=2, **dtype),
        lambda channels: channels + 2,
    ),
    cells.ActionConditionedSpatioTemporalLSTMCell: Entry(
        lambda **dtype: cells.ActionConditionedSpatioTemporalLSTMCell(3, 2, (3, 5), **dtype),
        lambda channels: channels + 2,
    ),
    models.ActionConditionedModeRNN: Entry(
        lambda **dtype: models.ActionConditionedModeRNN(3, (4, 4), 2, (3, 5), 2, False, **dtype),
        size=(8, 16),
        actions=3,
    ),
    models.ActionConditionedPredRNN: Entry(
        lambda **dtype: models.ActionConditionedPredRNN(
            3, (4, 4), (3, 5), 2, True, 0.5, False, False, **dtype
        ),
        size=(8, 16),
        actions=3,
    ),
    layers.SteadyMotion: Entry(
        lambda **dtype: layers.SteadyMotion(0.3, **dtype),
        size=(32, 48),
        read=_one_map,
        apply=_tracked,
    ),
    layers.AdvectionPaths: Entry(layers.AdvectionPaths, read=_one_map, apply=_followed),
    layers.Warp: Entry(lambda **dtype: layers.Warp("nearest", **dtype), apply=_warped),
    layers.BandAutoregression: Entry(
        lambda **dtype: layers.BandAutoregression(0.2, **dtype),
        size=(12, 16),
        read=_one_map,
        apply=_continued,
    ),
    FrameEncoder: Entry(lambda **dtype: FrameEncoder((3, 2), 3, **dtype), size=(8, 12)),
    FrameDecoder: Entry(lambda **dtype: FrameDecoder((3, 2), (3, 5), **dtype)),
}

METRICS = {
    metric: Entry(lambda metric=metric, **dtype: metric(max_value=255.0, horizon=3, **dtype))
    for metric in our_classes().values()
    if metric.__name__ in {*metrics.video.__all__, *metrics.radar.__all__}
}

# Neither layers nor metrics, but saved inside them.
PLAIN = {
    losses.BalancedMAE: Entry(
        lambda: losses.BalancedMAE((1.0, 3.0), (0.5, 1.0, 4.0), lead_weights=(1.0, 0.5))
    ),
    losses.BalancedMSE: Entry(
        lambda: losses.BalancedMSE((1.0, 3.0), (0.5, 1.0, 4.0), lead_weights=(1.0, 0.5))
    ),
    losses.CRPSLoss: Entry(lambda: losses.CRPSLoss("gaussian", 0.5, (1.0, 0.5))),
    losses.LeadTimeWeights: Entry(lambda: losses.LeadTimeWeights("huber", (1.0, 0.5))),
    losses.PinballLoss: Entry(lambda: losses.PinballLoss((0.2, 0.7), (1.0, 0.5))),
    losses.SoftCSI: Entry(lambda: losses.SoftCSI((1.0, 3.0), (0.5, 0.7), (1.0, 0.5))),
    distributions.GeneralizedNormalTransitionPrior: Entry(
        lambda: distributions.GeneralizedNormalTransitionPrior(
            (2.0, 3.0), power=0.5, trainable_rate=True, trainable_power=True, per_dimension=True
        )
    ),
    distributions.LaplaceTransitionPrior: Entry(
        lambda: distributions.LaplaceTransitionPrior(2.0, trainable_rate=True, per_dimension=True)
    ),
    training.ProbabilitySchedule: Entry(_schedule),
    training.ReverseScheduledSampling: Entry(
        lambda: training.ReverseScheduledSampling(_schedule(), _schedule())
    ),
    training.ScheduledSampling: Entry(lambda: training.ScheduledSampling(_schedule())),
}

# Superclasses for users to derive from; they cannot be made themselves.
ABSTRACT = {
    layers.FrameTransform,
    losses.FrameLoss,
    metrics.video.PerLeadTimeMetric,
    models.NextFrameNetwork,
}


def public_modules():
    """`st_keras` and all modules reachable by public names."""
    found, queue = {}, [st_keras]
    while queue:
        module = queue.pop()
        found[module.__name__] = module
        for name in module.__all__:
            value = getattr(module, name)
            if inspect.ismodule(value) and value.__name__ not in found:
                queue.append(importlib.import_module(value.__name__))
    return found


def public_symbols():
    """`{qualified name: class or function}`, all public ones."""
    return {
        f"{module.__name__}.{name}": getattr(module, name)
        for module in public_modules().values()
        for name in module.__all__
        if inspect.isclass(getattr(module, name)) or inspect.isfunction(getattr(module, name))
    }


def configurable_classes():
    """Public classes that Keras saves by their config."""
    classes = {s for s in public_symbols().values() if inspect.isclass(s)}
    return {cls for cls in classes if hasattr(cls, "get_config")}


def as_layer(cls, **dtype):
    """Instance that maps (B, T, H, W, channels) to a tensor: cells get a loop around them."""
    instance, entry = in_loop(cls, **dtype), LAYERS[cls]
    as_it_is = entry.read is Entry.read and entry.apply is Entry.apply
    return instance if as_it_is else OfOneTensor(instance, entry, **dtype)


def in_loop(cls, **dtype):
    """Instance of a layer; of a cell, in a loop."""
    instance = LAYERS[cls].make(**dtype)
    if isinstance(instance, SpatialStateCell):
        return layers.SpatioTemporalRNN(instance, return_sequences=True, **dtype)
    return instance


def as_model(cls, channels, **dtype):
    """Functional model around `as_layer`, for any batch size and number of frames."""
    entry = LAYERS[cls]
    frames = keras.Input((None, *entry.size, entry.input_channels(channels)), dtype="float32")
    actions = [keras.Input((None, entry.actions), dtype="float32")] if entry.actions else []
    outputs = entry.apply(in_loop(cls, **dtype), entry.read(frames), *actions)
    return keras.Model([frames, *actions], outputs)


def example(cls, channels=1, batch=2, steps=3, size=None):
    """Frames, and actions where it takes them, in a list."""
    entry = LAYERS[cls]
    frames = random_frames(batch, steps, *(size or entry.size), entry.input_channels(channels))
    return [frames, *([random_actions(batch, steps, entry.actions)] if entry.actions else [])]
