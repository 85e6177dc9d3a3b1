"""Signatures of models with missing pixels, padding and other inputs, as graphs."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.export import export_saved_model
from st_keras.export.signatures.forecast import forecast_signature
from st_keras.export.signatures.streaming import streaming_signatures
from st_keras.layers import FrameNormalization
from st_keras.models import ModeRNN
from tests.export.signatures.tiny_models import traced
from tests.fresh_process import run_python
from tests.refusals import refused
from tests.tiny import random_frames, tiny_forecaster, tiny_network

B, T, H, W, HORIZON = 2, 3, 5, 7, 4
RNG = np.random.default_rng(0)
FRAMES = random_frames(B, T + HORIZON, H, W, 3) * 10
FRAMES[RNG.random(FRAMES.shape) < 0.3] = np.nan
FRAMES[:, :, :2, :3] = np.nan
FULL = np.nan_to_num(FRAMES)
INPUTS = {
    "channels": ["rain", "satellite", "height"],
    "targets": ["rain"],
    "future_inputs": {"satellite": "known", "height": "held"},
    "normalization": FrameNormalization.from_range([0, 0, 0], [10, 10, 20]),
}
MODELS = {
    "masked": (tiny_network, {"missing": "mask"}, 1, {"known"}),
    "inputs": (
        lambda **kw: tiny_network(validity_channel=True, **kw),
        {"missing": "mask", "pad": True, "max_missing_scans": 1, "fill_value": 1.0, **INPUTS},
        3,
        {"known", "held", "missing_scans"},
    ),
    "padded": (
        lambda **kw: ModeRNN((4,), num_slots=2, patch_size=2, **kw),
        {"pad": True},
        1,
        {"inside"},
    ),
    "held": (
        lambda **kw: tiny_network(patch_size=1, **kw),
        {
            "channels": ["rain", "height"],
            "targets": ["rain"],
            "future_inputs": {"height": "held"},
        },
        2,
        {"held"},
    ),
    "bfloat16": (
        lambda: tiny_network(dtype="mixed_bfloat16"),
        {"missing": "mask", "pad": True},
        1,
        {"known"},
    ),
}


@functools.cache
def model_of(name):
    keras.utils.set_random_seed(0)
    make, arguments, channels, _ = MODELS[name]
    model = tiny_forecaster(make(), context_length=T, **arguments)
    size = (H, W) if name == "padded" else (None, None)
    if name == "masked":
        model.build((None, None, None, None, channels))
        return model
    model.build((None, None, *size, channels))
    return model


def frames_of(name):
    masked = MODELS[name][1].get("missing") == "mask"
    frames = (FRAMES if masked else FULL)[..., : MODELS[name][2]]
    # Without padding the size is one that a patch of 2 divides.
    return frames[:, :, :4, :6] if name == "masked" else frames


@functools.cache
def graphs_of(name):
    model = model_of(name)
    signatures = [forecast_signature(model), *streaming_signatures(model)]
    return {each.name: traced(each) for each in signatures}


def known_of(name):
    """Known inputs as the signatures take them, and as `forecast` does."""
    if name != "inputs":
        return {}, {}
    future = frames_of(name)[:, T : T + HORIZON - 1, ..., 1]
    return {"known": future[..., None]}, {"known": {"satellite": future}}


def start(name):
    frames = frames_of(name)
    sizes = zip(("batch_size", "height", "width"), (B, *frames.shape[2:4]), strict=True)
    return dict(graphs_of(name)["init_state"](**dict(sizes)))


def stream(name, frames):
    states, predictions = start(name), []
    for t in range(T):
        states = dict(graphs_of(name)["step"](frame=frames[:, t], **states))
        predictions.append(states.pop("prediction").numpy())
    return states, np.stack(predictions, axis=1)


@pytest.mark.parametrize("name", MODELS)
def test_served_forecasts_are_those_of_the_model(name):
    context = frames_of(name)[:, :T]
    served, own = known_of(name)
    expected = model_of(name).forecast(context, HORIZON, **own)
    found = graphs_of(name)["forecast"](context=context, horizon=HORIZON, **served)["forecast"]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    if model_of(name).missing == "mask":
        targets = context[..., :1]
        unknown = np.isnan(targets).all(axis=1)[:, None]
        np.testing.assert_array_equal(np.isnan(found), np.repeat(unknown, HORIZON, axis=1))


@pytest.mark.parametrize("name", MODELS)
def test_frame_by_frame_is_the_whole(name):
    frames = frames_of(name)
    states, predictions = stream(name, frames)
    assert {key[6:] for key in states} >= MODELS[name][3]
    served, own = known_of(name)
    expected = model_of(name).forecast(frames[:, :T], HORIZON, **own)
    atol = 0.02 if name == "bfloat16" else 1e-5
    rollout = graphs_of(name)["rollout"](horizon=HORIZON, **served, **states)["forecast"]
    np.testing.assert_allclose(rollout, expected, atol=atol)
    np.testing.assert_allclose(predictions[:, -1], expected[:, 0], atol=atol)
    for t in range(T - 1):
        seen = model_of(name).forecast(frames[:, : t + 1], 1)[:, 0] if not own else None
        if seen is not None:
            np.testing.assert_allclose(predictions[:, t], seen, atol=atol)


def test_what_stands_where_nothing_is_known_does_not_matter():
    """The states hold no NaN but of held inputs; the known map is what says so."""
    states, _ = stream("masked", frames_of("masked"))
    assert all(np.isfinite(state).all() for state in states.values())
    known = ~np.isnan(frames_of("masked")[:, :T]).all(axis=1)
    np.testing.assert_array_equal(states["state_known"], known.astype("float32"))


def refuses(message, graph, **inputs):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        graph(**inputs)


def test_refusals_of_forecast():
    graph, frames = graphs_of("masked")["forecast"], frames_of("masked")
    infinite = np.where(np.isnan(frames), np.float32(np.inf), frames)
    message = r"forecast: received a context with \d+ infinite values\. Required: finite values, an"
    refuses(message, graph, context=infinite[:, :T], horizon=1)
    scan = frames[:, :T].copy()
    scan[1, 1] = np.nan
    message = r"a context with 1 frame\(s\) without any data\. Required: at most 0"
    refuses(message, graph, context=scan, horizon=1)
    graph, frames = graphs_of("inputs")["forecast"], frames_of("inputs")
    context, known = frames[:, :T], known_of("inputs")[0]["known"]
    refuses(r"known of shape \[2 3 5 7 1\]", graph, context=context, horizon=3, known=known)
    infinite = np.nan_to_num(known, nan=np.inf)
    message = r"known inputs with \d+ infinite"
    refuses(message, graph, context=context, horizon=HORIZON, known=infinite)


def test_refusals_of_a_stream():
    graphs, frames = graphs_of("inputs"), frames_of("inputs")
    states = start("inputs")
    missing = frames[:, 0].copy()
    missing[0, ..., 0] = np.nan
    once = dict(graphs["step"](frame=missing, **states))
    assert np.isfinite(once.pop("prediction").numpy()[1]).any()
    np.testing.assert_array_equal(once["state_missing_scans"], [[1], [0]])
    message = r"step: received a stream with 2 frame\(s\) in a row without any data.* at most 1"
    refuses(message, graphs["step"], frame=missing, **once)
    after = dict(graphs["step"](frame=frames[:, 1], **once))
    np.testing.assert_array_equal(after["state_missing_scans"], [[0], [0]])
    short = {**states, "state_held": states["state_held"][:, :3]}
    refuses(r"state_held of shape", graphs["step"], frame=frames[:, 0], **short)
    known = known_of("inputs")[0]["known"][:, :, :3]
    after.pop("prediction")
    message = r"rollout: received known of shape"
    refuses(message, graphs["rollout"], horizon=HORIZON, known=known, **after)
    graph = graphs_of("masked")
    refuses(
        r"a frame with \d+ infinite",
        graph["step"],
        frame=np.nan_to_num(frames_of("masked")[:, 0], nan=np.inf),
        **start("masked"),
    )


def test_a_model_that_is_served_without_missing_values():
    model = model_of("masked")
    graph = traced(forecast_signature(model, missing="refuse"))
    context = frames_of("masked")[:, :T]
    refuses(r"a context with \d+ NaN or infinite", graph, context=context, horizon=1)
    full = np.nan_to_num(context)
    found = graph(context=full, horizon=2)["forecast"]
    np.testing.assert_allclose(found, model.forecast(full, 2), atol=1e-5)
    step = streaming_signatures(model, missing="refuse")[1]
    refuses("NaN or infinite", traced(step), frame=context[:, 0], **start("masked"))


def test_what_export_refuses(tmp_path):
    path = tmp_path / "1"
    message = r"export_saved_model: received missing='mask' with a Forecaster made with missing='re"
    refused(message, export_saved_model, model_of("padded"), path, missing="mask")
    refused(r"missing='drop'", export_saved_model, model_of("masked"), path, missing="drop")
    assert not path.exists()


FRESH = """
import sys
import numpy as np, tensorflow as tf

served = tf.saved_model.load(sys.argv[1] + "/1").signatures
cases = np.load(sys.argv[1] + "/inputs.npz")
assert "st_keras" not in sys.modules
context, known = tf.constant(cases["context"]), tf.constant(cases["known"])
horizon = tf.constant(known.shape[1] + 1)
whole = served["serving_default"](context=context, horizon=horizon, known=known)["forecast"]
batch, _, height, width, _ = np.int32(context.shape)
sizes = {"batch_size": batch, "height": height, "width": width}
states = served["init_state"](**{name: tf.constant(size) for name, size in sizes.items()})
for frame in tf.unstack(context, axis=1):
    states = dict(served["step"](frame=frame, **states))
    states.pop("prediction")
rollout = served["rollout"](horizon=horizon, known=known, **states)["forecast"]
np.savez(sys.argv[1] + "/outputs.npz", whole=whole, rollout=rollout)
"""


def test_in_a_fresh_process(tmp_path):
    """NaN in, NaN only where nothing is known out, without this package; warm-up included."""
    pytest.importorskip("tensorflow_serving", reason="needs the extra [serving]")
    model, frames = model_of("inputs"), frames_of("inputs")
    served, own = known_of("inputs")
    example = {"context": frames[:1, :T], "known": {"satellite": frames[:1, T:, ..., 1]}}
    export_saved_model(model, tmp_path / "1", warmup=example)
    assert (tmp_path / "1/assets.extra/tf_serving_warmup_requests").stat().st_size > 1000
    np.savez(tmp_path / "inputs.npz", context=frames[:, :T], **served)
    run_python(FRESH, tmp_path)
    outputs = np.load(tmp_path / "outputs.npz")
    expected = model.forecast(frames[:, :T], HORIZON, **own)
    unknown = np.isnan(frames[:, :T, ..., :1]).all(axis=1)
    for name in ("whole", "rollout"):
        np.testing.assert_allclose(outputs[name], expected, atol=1e-5)
        for step in range(HORIZON):
            np.testing.assert_array_equal(np.isnan(outputs[name][:, step]), unknown)


def test_warm_up_of_zeros_and_what_it_refuses(tmp_path):
    pytest.importorskip("tensorflow_serving", reason="needs the extra [serving]")
    keras.utils.set_random_seed(0)
    model = tiny_forecaster(context_length=T, missing="mask", pad=True, **INPUTS)
    model.build((None, None, H, W, 3))
    export_saved_model(model, tmp_path / "1", warmup=True)
    message = r"warmup of ndarray for the network PredRNN, which is told known inputs"
    frames = frames_of("inputs")[:, :T]
    refused(message, export_saved_model, model, tmp_path / "2", warmup=frames)
