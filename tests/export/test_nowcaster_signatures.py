"""The signatures of a Nowcaster: exported, they answer what the model does, or refuse."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.export import DevelopmentServer, ServingClient, ServingError, export_saved_model
from st_keras.export.serving.limits import LEAST_OF_A_FRAME
from st_keras.export.signatures.bounds import Bounds
from st_keras.export.signatures.nowcaster import nowcaster_signatures
from st_keras.models import Nowcaster
from st_keras.models.nowcaster.residual_unet import ResidualUNet
from tests.fresh_process import run_python
from tests.refusals import refused
from tests.tiny import random_frames

pytest.importorskip("tensorflow_serving", reason="needs the extra [serving]")
LENGTH, HORIZON = 3, 3
RATES = np.float32([0.05, 0.7, 20.0])
SIGNATURES = ("forecast", "exceedance", "members")


def rain(batch, steps, height, width):
    """Rain rates, mm/h, half of them dry; some pixels were missed once, some always."""
    coarse = random_frames(batch, 1, -(-height // 8), -(-width // 8), 1)
    fields = np.repeat(np.repeat(coarse, 8, axis=2), 8, axis=3)[:, :, :height, :width]
    frames = np.concatenate([np.roll(fields, k, axis=3) for k in range(steps)], axis=1)
    frames = np.maximum(frames - np.median(frames), 0.0) * 9
    frames[:, :, :5] = np.nan
    frames[0, 1, 8:12] = np.nan
    return frames.astype("float32")


# Another size and batch than the model is built for, and more frames than it reads.
FRAMES = rain(2, LENGTH + 1, 21, 37)


def tiny(residual=None):
    keras.utils.set_random_seed(0)
    if residual is not None:
        residual = ResidualUNet((4, 4, 4, 4, 4), 4)
    model = Nowcaster(residual, context_length=LENGTH, horizon=HORIZON)
    model.build((None, None, 16, 32, 1))
    if residual is not None:  # so that it says something
        kernel = model.learned.last.kernel
        kernel.assign(keras.random.normal(kernel.shape, stddev=0.1, seed=1))
    return model


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A model with a residual, and what serves it, with warm-up requests."""
    model, base = tiny("unet"), tmp_path_factory.mktemp("exports") / "nowcast"
    export_saved_model(model, base / "1", warmup=True, max_batch=2)
    with DevelopmentServer(base, port=0, rest_port=0) as server:
        yield model, base, server


@pytest.fixture(scope="module")
def model(server):
    return server[0]


@pytest.fixture(scope="module")
def served(server):
    """The signatures as TensorFlow loaded them."""
    return {name: server[2].model.function(name) for name in (*SIGNATURES, "serving_default")}


def ask(served, name, horizon, **inputs):
    given = {"context": FRAMES, "horizon": np.int32(horizon), **inputs}
    (answer,) = served[name](**{k: tf.constant(v) for k, v in given.items()}).values()
    return answer.numpy()


def same(found, expected):
    """A cut moves with the last digit of a probability, and the rate with the cut."""
    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=2e-3)


# What a graph has been made of is forgotten between tests: one test asks several times.
def test_forecasts_are_those_of_the_model(model, served):
    expected = model.forecast(FRAMES, HORIZON)
    assert np.isnan(expected[:, :, :5]).all() and np.isfinite(expected[:, :, 5:]).all()
    assert np.nanmax(expected) > 1
    found = ask(served, "forecast", HORIZON)
    same(found, expected)
    same(ask(served, "serving_default", HORIZON), expected)
    same(ask(served, "forecast", 1), model.forecast(FRAMES, 1))
    # Frames that are not read are not looked at.
    context = FRAMES.copy()
    context[:, 0] = np.inf
    np.testing.assert_array_equal(ask(served, "forecast", HORIZON, context=context), found)


def test_exceedance_is_that_of_the_distribution(model, served):
    distribution = model.forecast_distribution(FRAMES, 2)
    expected = np.concatenate([distribution.exceedance(float(r)) for r in RATES], axis=-1)
    found = ask(served, "exceedance", 2, thresholds=RATES)
    assert np.isnan(found[:, :, :5]).all()
    np.testing.assert_allclose(found[:, :, 5:], expected[:, :, 5:], atol=1e-3)
    # Any number of them.
    alone = ask(served, "exceedance", 2, thresholds=RATES[1:2])
    np.testing.assert_allclose(alone, found[..., 1:2], atol=1e-6)


def test_members_are_those_of_the_model(model, served):
    expected = model.forecast(FRAMES, 2, members=3, seed=5)
    found = ask(served, "members", 2, members=np.int32(3), seed=np.int32(5))
    same(found, expected)
    # As sequence 0 a sequence alone has the same.
    alone = {"context": FRAMES[:1], "members": np.int32(3)}
    same(ask(served, "members", 2, **alone, seed=np.int32(5)), expected[:1])
    other = ask(served, "members", 2, **alone, seed=np.int32(6))
    assert np.nanmax(np.abs(other - found[:1])) > 0.1


def test_what_is_computed_alone_is_served_and_no_more_than_is_asked_for():
    """Logits, which are moved along the motion, are most of the work."""
    model, moved = tiny(), []
    warp = model.exceedance.warp

    def counted(maps, paths):
        with tf.control_dependencies([tf.py_function(moved.append, [tf.shape(maps)[1]], [])]):
            return warp(tf.identity(maps), paths)

    signature = nowcaster_signatures(model, Bounds(max_horizon=2))[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model.exceedance, "warp", counted)
        graph = signature.by_name(signature.trace())
    same(graph(context=FRAMES, horizon=2)["forecast"], model.forecast(FRAMES, 2))
    graph(context=FRAMES, horizon=1)
    assert [int(each) for each in moved] == [2, 1]
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"a horizon of 3\. .*at most 2, for"):
        graph(context=FRAMES, horizon=3)


def test_sizes_are_free(served):
    shapes = {name: served[name].structured_outputs for name in SIGNATURES}
    assert shapes["forecast"]["forecast"].shape.as_list() == [None] * 4 + [1]
    assert shapes["exceedance"]["probability"].shape.as_list() == [None] * 5
    assert shapes["members"]["members"].shape.as_list() == [None] * 5 + [1]


INFINITE, NEGATIVE = FRAMES.copy(), -FRAMES
INFINITE[0, -1, 9, 9] = np.inf
GOOD = {
    "forecast": {},
    "exceedance": {"thresholds": RATES},
    "members": {"members": np.int32(2), "seed": np.int32(0)},
}


@functools.cache
def checked():
    """Signatures of which the checks alone are traced."""
    return nowcaster_signatures(tiny(), Bounds(max_batch=2))


@pytest.mark.parametrize(
    ("name", "inputs", "message"),
    [
        ("forecast", {"horizon": 0}, r"a horizon of 0\. Required: a horizon of at least 1"),
        ("forecast", {"horizon": 4}, r"a horizon of 4\. Required: a horizon of at most 3, for whi"),
        ("members", {"horizon": 4}, r"members: received a horizon of 4\. .*larger model\.horizon"),
        ("forecast", {"context": FRAMES[:0]}, r"a batch size of 0\. Required"),
        ("forecast", {"context": rain(3, 4, 8, 8)}, r"a batch size of 3\. .*at most 2, for which"),
        ("forecast", {"context": FRAMES[:, :2]}, r"a context of 2 frame\(s\)\. .*at least 3, the"),
        ("forecast", {"context": FRAMES[:, :, :0]}, r"a height of 0\. Required"),
        ("forecast", {"context": FRAMES[:, :, :, :0]}, r"a width of 0\. Required"),
        ("forecast", {"context": INFINITE}, r"with 1 negative or infinite value.*NaN where there"),
        ("exceedance", {"context": NEGATIVE}, r"exceedance: received a context with \d+ negative"),
        ("exceedance", {"thresholds": RATES[:0]}, r"a number of thresholds of 0\. Required"),
        ("exceedance", {"thresholds": RATES - 0.05}, r"1 threshold\(s\) that are not finite or no"),
        ("exceedance", {"thresholds": RATES * np.inf}, r"3 threshold\(s\)"),
        ("exceedance", {"thresholds": RATES * np.nan}, r"3 threshold\(s\) .*rain rates above 0"),
        ("exceedance", {"thresholds": np.ones(40000, "float32")}, r"counts as \d{9} values"),
        ("members", {"members": 0}, r"a number of members of 0\. Required: a number of members"),
        ("members", {"members": 2**31 - 1}, r"counts as \d{14} values\. Required: at most 50000"),
        ("members", {"seed": -1}, r"seed=-1\. Required: a seed of at least 0\. Pass seed=0"),
    ],
)
def test_refusals(name, inputs, message):
    given = {"context": FRAMES, "horizon": HORIZON, **GOOD[name], **inputs}
    signature = {each.name: each for each in checked()}[name]
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        signature.check(**given)


def test_what_is_refused_by_what_is_served(served):
    for horizon, said in ((0, "at least 1"), (HORIZON + 1, "at most 3, for which the model was")):
        message = rf"members: received a horizon of {horizon}\. Required: a horizon of {said}"
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            ask(served, "members", horizon, **GOOD["members"])


def test_a_model_that_is_served_without_missing_values():
    refuse = nowcaster_signatures(tiny(), missing="refuse")[0]
    refuse.check(context=np.nan_to_num(FRAMES), horizon=1)
    message = r"forecast: received a context with \d+ negative, infinite or NaN .*leave missing out"
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        refuse.check(context=FRAMES, horizon=1)


def test_a_request_counts_all_its_fields():
    """Of each sequence at least 4096 values for a frame that is read or made."""
    frames = LENGTH + 1 + 2 * HORIZON
    for most, passes in ((frames * LEAST_OF_A_FRAME, True), (frames * LEAST_OF_A_FRAME - 1, False)):
        signature = nowcaster_signatures(tiny(), Bounds(max_values=most))[2]
        given = {"context": FRAMES, "horizon": HORIZON, **GOOD["members"]}
        if passes:
            signature.check(**given)
            continue
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"counts as 40960 values"):
            signature.check(**given)


def test_what_export_refuses(tmp_path):
    model, path = tiny(), tmp_path / "1"
    message = r"max_horizon=4 with a Nowcaster of horizon=3\. Required: an int from 1 to 3\. .*set"
    refused(message, export_saved_model, model, path, max_horizon=4)
    refused(r"max_horizon=0", export_saved_model, model, path, max_horizon=0)
    refused(r"missing='drop' with a Now.*'mask'", export_saved_model, model, path, missing="drop")
    refused(r"Nowcaster that is not built", export_saved_model, Nowcaster(residual=None), path)
    assert not path.exists()


def test_what_a_warm_up_must_be(tmp_path):
    model, path = tiny(), tmp_path / "1"
    refused(r"2 frame\(s\)", export_saved_model, model, path, warmup=FRAMES[:, :2])
    refused(r"negative or infinite", export_saved_model, model, path, warmup=NEGATIVE)
    refused(r"warmup as a dict", export_saved_model, model, path, warmup={"context": FRAMES})
    message = r"warmup that the model would refuse \(forecast: received .*NaN value"
    refused(message, export_saved_model, model, path, warmup=FRAMES, missing="refuse")
    model.build((None, None, None, None, 1))
    refused(r"warmup=True with a model built for", export_saved_model, model, path, warmup=True)


FRESH = """
import sys
import numpy as np, tensorflow as tf

served = tf.saved_model.load(sys.argv[1] + "/1").signatures["members"]
given = {"horizon": 2, "members": 2, "seed": 1}
given = {name: tf.constant(value) for name, value in given.items()}
members = served(context=tf.constant(np.load(sys.argv[1] + "/context.npy")), **given)["members"]
assert "st_keras" not in sys.modules
np.save(sys.argv[1] + "/members.npy", members)
"""


@pytest.mark.long
def test_in_a_fresh_process(server, served):
    base = server[1]
    np.save(base / "context.npy", FRAMES)
    run_python(FRESH, base)
    expected = ask(served, "members", 2, members=np.int32(2), seed=np.int32(1))
    same(np.load(base / "members.npy"), expected)


def test_by_the_development_server(server, served):
    """NaN goes there and back by both protocols, and warm-up requests are answered."""
    server = server[2]
    assert set(server.model.signatures) == {*SIGNATURES, "serving_default"}
    assert server.warmed_up == 4
    expected = ask(served, "exceedance", 2, thresholds=RATES)
    for address in (server.grpc_address, server.rest_address):
        with ServingClient(address) as client:
            same(client.exceedance(FRAMES, 2, RATES), expected)
            with pytest.raises(ServingError, match=r"exceedance: received 1 threshold\(s\)"):
                client.exceedance(FRAMES, 1, [0.0])
            members = client.members(FRAMES[:1], 1, members=2, seed=3)
            assert members.shape == (1, 2, 1, 21, 37, 1)
            refused(r"members=0", client.members, FRAMES, 1, members=0)
            assert client.forecast(FRAMES, 1).shape == (2, 1, 21, 37, 1)
