"""SavedModels served where this package cannot be imported, in both of TensorFlow's ways."""

import json
import os

import numpy as np
import pytest
import tensorflow as tf

from st_keras.export import export_saved_model
from tests.export.signatures.tiny_models import (
    NETWORKS,
    frames_and_actions,
)
from tests.fresh_process import run_python
from tests.tiny import ScalarNetwork, random_frames, tiny_forecaster, tiny_network

LENGTH = 3
CASES = [(1, 7), (3, 1)]
WAYS = ("python", "session")
# Whose signatures are all there are; the other networks go this way in the long form.
BY_SESSION = ("actions", "slowvae")
FORECASTER = {"serving_default", "forecast", "init_state", "step", "rollout"}
SLOWVAE = {"serving_default", "encode", "decode", "traverse"}

SERVE = """
import importlib.abc, importlib.machinery, json, sys

class Refuse(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("st_keras", "keras", "tf_keras"):
            return importlib.machinery.ModuleSpec(name, self)

    def exec_module(self, module):
        raise ImportError(module.__name__ + " is blocked")

sys.meta_path.insert(0, Refuse())
import numpy as np, tensorflow as tf
from tensorflow.core.protobuf import config_pb2

folder, by_session = sys.argv[1], sys.argv[3].split(",")
cases = np.load(folder + "/inputs.npz")
outputs, refusals = {}, []

def python_loader(path):
    served = tf.saved_model.load(path).signatures

    def ask(signature, **inputs):
        answer = served[signature](**{k: tf.constant(v) for k, v in inputs.items()})
        return {k: v.numpy() for k, v in answer.items()}

    return set(served), ask

def session_loader(path):
    # As TF Serving does it: names and dtypes are those that saved_model_cli prints, and the
    # session does not compare the sizes of what it is fed, as session.run would.
    session = tf.compat.v1.Session(graph=tf.Graph())
    with session.graph.as_default():
        meta = tf.compat.v1.saved_model.load(session, ["serve"], path)
    served = {k: v for k, v in meta.signature_def.items() if not k.startswith("__")}
    callables = {}
    for signature, definition in served.items():
        options = config_pb2.CallableOptions()
        options.feed.extend(info.name for info in definition.inputs.values())
        options.fetch.extend(info.name for info in definition.outputs.values())
        callables[signature] = session._make_callable_from_options(options)

    def ask(signature, **inputs):
        definition = served[signature]
        assert set(definition.inputs) == set(inputs), (signature, set(inputs))
        for name, info in definition.inputs.items():
            assert tf.as_dtype(info.dtype) == inputs[name].dtype, (signature, name)
        answer = callables[signature](*(inputs[name] for name in definition.inputs))
        return dict(zip(definition.outputs, answer))

    return set(served), ask

def refused(ask, signature, **inputs):
    try:
        ask(signature, **inputs)
    except tf.errors.InvalidArgumentError as refusal:
        refusals.append(str(refusal))

def stream(ask, frames, actions, horizon):
    batch, length, height, width, _ = frames.shape
    sizes = dict(zip(("batch_size", "height", "width"), np.int32([batch, height, width])))
    states, predictions = ask("init_state", **sizes), []
    for t in range(length):
        action = {} if actions is None else {"action": actions[:, t]}
        states = ask("step", frame=frames[:, t], **action, **states)
        predictions.append(states.pop("prediction"))
    told = {} if actions is None else {"actions": actions[:, length:]}
    rollout = ask("rollout", horizon=np.int32(horizon), **told, **states)["forecast"]
    return np.stack(predictions, 1), rollout

for model in sys.argv[2].split(","):
    ways = {"python": python_loader}
    ways |= {"session": session_loader} if model in by_session else {}
    for way, load in ways.items():
        names, ask = load(folder + "/" + model + "/1")
        outputs[f"{model} {way} names"] = sorted(names)
        if model == "slowvae":
            images = cases["images"]
            for count in (1, 3):
                key = f"{model} {way} {count} "
                encoded = ask("encode", images=images[:count])
                default = ask("serving_default", images=images[:count])
                latent, values = np.int32(1), np.float32([-1, 2])
                outputs[key + "codes"] = encoded["codes"]
                outputs[key + "default"] = default["codes"]
                outputs[key + "log_variance"] = encoded["log_variance"]
                outputs[key + "images"] = ask("decode", codes=encoded["codes"])["images"]
                outputs[key + "traverse"] = ask(
                    "traverse", images=images[:count], latent=latent, values=values)["images"]
            refused(ask, "traverse", images=images, latent=np.int32(3), values=values)
            if way == "session":
                refused(ask, "encode", images=np.tile(images, (1, 2, 1, 1)))
            continue
        for case in [name for name in cases.files if name.startswith("frames")]:
            _, batch, horizon = case.split()
            frames, horizon = cases[case], np.int32(horizon)
            actions = cases[case.replace("frames", "actions")] if model == "actions" else None
            whole = {"context": frames, "horizon": horizon}
            whole |= {} if actions is None else {"actions": actions}
            key = f"{model} {way} {batch} {horizon} "
            outputs[key + "forecast"] = ask("forecast", **whole)["forecast"]
            outputs[key + "default"] = ask("serving_default", **whole)["forecast"]
            outputs[key + "steps"], outputs[key + "rollout"] = stream(
                ask, frames, actions, horizon)
        refused(ask, "forecast", **{**whole, "context": frames * np.float32(np.nan)})
np.savez(folder + "/outputs.npz", **outputs)
loaded = sorted(m for m in sys.modules if m.split(".")[0] in ("st_keras", "keras"))
print(json.dumps({"loaded": loaded, "refusals": refusals}))
"""


@pytest.fixture(scope="module")
def models(exports):
    """One of each kind, by name, all of them exported."""
    return {name: exports(name)[0] for name in (*NETWORKS, "slowvae")}


@pytest.fixture(scope="module")
def folder(models, exports):
    """Folder with each of the models exported into NAME/1."""
    return exports("predrnn")[1].parent


@pytest.fixture(scope="module")
def sequences():
    """`{(batch, horizon): (frames, actions)}`."""
    return {case: frames_and_actions(case[0], LENGTH, case[1]) for case in CASES}


@pytest.fixture(scope="module")
def images():
    return random_frames(3, 16, 32, 1)


@pytest.fixture(scope="module")
def served(models, folder, sequences, images):
    """What a process without this package answered: arrays by name; and what it printed.

    As README has it for a processor: oneDNN keeps what it made of the weights at the first call.
    """
    inputs = {"images": images}
    for (batch, horizon), (frames, actions) in sequences.items():
        inputs |= {f"frames {batch} {horizon}": frames, f"actions {batch} {horizon}": actions}
    np.savez(folder / "inputs.npz", **inputs)
    return serve(folder, models, BY_SESSION, "1")


def serve(folder, models, by_session, frozen):
    names = ",".join(models), ",".join(by_session)
    printed = run_python(SERVE, folder, *names, TF_ONEDNN_ASSUME_FROZEN_WEIGHTS=frozen)
    return dict(np.load(folder / "outputs.npz")), json.loads(printed.splitlines()[-1])


served_networks = pytest.mark.parametrize(
    ("name", "way"),
    [(name, way) for name in NETWORKS for way in WAYS if way == "python" or name in BY_SESSION],
)


@served_networks
def test_forecasts_are_those_of_the_model(models, served, sequences, name, way):
    model, outputs = models[name], served[0]
    assert set(outputs[f"{name} {way} names"]) == FORECASTER
    errors = []
    for (batch, horizon), (frames, actions) in sequences.items():
        told = {"actions": actions} if name == "actions" else {}
        expected = model.forecast(frames, horizon, **told)
        for signature in ("forecast", "default"):
            answer = outputs[f"{name} {way} {batch} {horizon} {signature}"]
            assert answer.shape == (batch, horizon, *frames.shape[2:])
            assert answer.dtype == np.float32
            errors.append(np.abs(answer - expected).max())
    print(f"{name}, {way}: forecasts within {max(errors):.1e}")
    # The frames are around 10. bfloat16 constants are folded differently.
    assert max(errors) < (1e-2 if name == "bfloat16" else 1e-5)


@served_networks
def test_streaming_is_the_whole_sequence(served, name, way):
    outputs, errors = served[0], []
    for batch, horizon in CASES:
        key = f"{name} {way} {batch} {horizon} "
        forecast, steps = outputs[key + "forecast"], outputs[key + "steps"]
        errors.append(np.abs(outputs[key + "rollout"] - forecast).max())
        errors.append(np.abs(steps[:, -1] - forecast[:, 0]).max())
        assert horizon == 1 or np.ptp(forecast, axis=1).max() > 1e-4  # it moves
    print(f"{name}, {way}: steps and rollouts within {max(errors):.1e} of forecasts")
    assert max(errors) < 1e-5


@pytest.mark.parametrize("name", NETWORKS)
def test_steps_predict_what_the_network_does(models, served, sequences, name):
    model = models[name]
    frames, actions = sequences[3, 1]
    told = (actions,) if name == "actions" else ()
    whole = model.normalization.inverse(model.network(model.normalization(frames), *told))
    tolerance = 1e-2 if name == "bfloat16" else 1e-5
    np.testing.assert_allclose(served[0][f"{name} python 3 1 steps"], whole, atol=tolerance)


@pytest.mark.parametrize("way", WAYS)
def test_codes_and_images_are_those_of_the_model(models, served, images, way):
    model, outputs = models["slowvae"], served[0]
    assert set(outputs[f"slowvae {way} names"]) == SLOWVAE
    for count in (1, 3):
        answer = {k: outputs[f"slowvae {way} {count} {k}"] for k in ("codes", "default", "images")}
        codes = model.encode(images[:count])
        np.testing.assert_allclose(answer["codes"], codes, atol=1e-5)
        np.testing.assert_array_equal(answer["default"], answer["codes"])
        np.testing.assert_allclose(answer["images"], model.decode(codes), atol=1e-5)
        moments = model.posterior_moments(images[:count])
        log_variance = outputs[f"slowvae {way} {count} log_variance"]
        np.testing.assert_allclose(log_variance, moments[1], atol=1e-5)
        changed = np.repeat(codes[:, None], 2, axis=1)
        changed[..., 1] = [-1, 2]
        traverse = outputs[f"slowvae {way} {count} traverse"]
        np.testing.assert_allclose(traverse, model.decode(changed), atol=1e-5)


def test_that_process_had_neither_keras_nor_this_package(served):
    assert served[1]["loaded"] == []


def test_refusals_arrive_with_their_three_parts(models, served):
    refusals = served[1]["refusals"]
    assert len(refusals) == len(models) + len(BY_SESSION) + 1
    for refusal in refusals:
        assert ": received " in refusal
        assert "Required: " in refusal


def test_every_signature_is_traced_once(folder, traces):
    for name, traced in traces.items():
        assert len(traced) == (3 if name == "slowvae" else 4)
        assert sum("context" in inputs for inputs in traced) == (name != "slowvae")


def operations(function):
    """Names of all operations of a graph and of the functions it calls."""
    graph = function.graph.as_graph_def()
    library = {each.signature.name: each for each in graph.library.function}
    found, queue, seen = [], list(graph.node), set()
    while queue:
        node = queue.pop()
        found.append(node.op)
        called = [value.func.name for value in node.attr.values() if value.HasField("func")]
        for name in set(called) & set(library) - seen:
            seen.add(name)
            queue += library[name].node_def
    return found


def test_a_step_is_one_call_of_the_cell_and_a_rollout_one_loop(folder):
    signatures = tf.saved_model.load(str(folder / "predrnn" / "1")).signatures
    step, rollout = (operations(signatures[name]) for name in ("step", "rollout"))
    loops = ("While", "StatelessWhile")
    assert sum(step.count(loop) for loop in loops) == 0
    assert step.count("Conv2D") == 2 * 3  # two layers
    assert step.count("MatMul") == 2 + 1  # 1x1: of each layer, and the head
    assert sum(rollout.count(loop) for loop in loops) == 1


def test_kernels_are_cast_once(models, folder):
    gates = models["bfloat16"].network.rnn.cell.cell.cells[0].gates
    loaded = tf.saved_model.load(str(folder / "bfloat16" / "1"))
    kept = {(tuple(v.shape), v.dtype) for v in loaded.signatures["step"].variables}
    for conv in (gates.temporal, gates.spatiotemporal):
        assert (tuple(conv.kernel.shape), tf.bfloat16) in kept
        assert (tuple(conv.kernel.shape), tf.float32) not in kept


@pytest.mark.long
def test_all_networks_in_both_ways_and_where_nothing_is_known_of_the_weights(
    models, folder, served
):
    outputs, said = serve(folder, models, models, "0")
    assert len(said["refusals"]) == 2 * len(models) + 1
    for name, answer in outputs.items():
        expected = served[0][name.replace("session", "python")]
        if answer.dtype == np.float32:
            tolerance = 1e-2 if "bfloat16" in name else 1e-5
            np.testing.assert_allclose(answer, expected, atol=tolerance)
        else:
            assert answer.tolist() == expected.tolist()


def test_export_follows_the_weights_at_the_time(tmp_path):
    model = tiny_forecaster(tiny_network(filters=(4,)))
    model.build((None, None, 4, 6, 1))
    context = random_frames(1, 2, 4, 6, 1)
    before = model.forecast(context, 1)
    for weight in model.trainable_weights:
        weight.assign(weight.value * 2)
    served = tf.saved_model.load(str(export_saved_model(model, tmp_path / "1")))
    result = served.signatures["forecast"](context=context, horizon=tf.constant(1))["forecast"]
    np.testing.assert_allclose(result, model.forecast(context, 1), atol=1e-5)
    assert np.abs(result - before).max() > 1e-4


def test_bounds_are_part_of_what_is_written(folder, bounded):
    ask = tf.saved_model.load(str(bounded / "1")).signatures["forecast"]
    context = tf.constant(random_frames(2, 2, 4, 8, 1))
    assert ask(context=context, horizon=tf.constant(3))["forecast"].shape == (2, 3, 4, 8, 1)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"a horizon of at most 3, for which"):
        ask(context=context, horizon=tf.constant(4))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"a batch size of at most 2"):
        ask(context=tf.tile(context, (2, 1, 1, 1, 1)), horizon=tf.constant(1))
    # Without a word of them, what would take 128 GB.
    ask = tf.saved_model.load(str(folder / "predrnn" / "1")).signatures["forecast"]
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"409600\d+ values\. Required: at"):
        ask(context=context[:, :, :4, :4], horizon=tf.constant(10**9))


@pytest.fixture(scope="module")
def cheap():
    """A model of one signature, for how it is written and not what."""
    model = tiny_forecaster(ScalarNetwork())
    model.build((None, None, 4, 6, 1))
    return model


def test_missing_parents_are_made_and_nothing_is_left_beside(cheap, tmp_path):
    export_saved_model(cheap, tmp_path / "models" / "nowcast" / "1")
    assert os.listdir(tmp_path / "models" / "nowcast") == ["1"]


@pytest.mark.parametrize("failure", [OSError(28, "disk full"), tf.errors.UnknownError])
def test_a_failed_export_leaves_nothing(cheap, tmp_path, monkeypatch, failure):
    def fail(*args, **kwargs):
        # Of the first kind the very last step, of the second the writing by TensorFlow.
        raise failure if isinstance(failure, OSError) else failure(None, None, "disk full")

    name = "os.rename" if isinstance(failure, OSError) else "tensorflow.saved_model.save"
    monkeypatch.setattr(name, fail)
    message = r"export_saved_model: received disk full when .* was to be written\. Required: a fol"
    with pytest.raises(ValueError, match=message):
        export_saved_model(cheap, tmp_path / "1")
    assert os.listdir(tmp_path) == []


def test_what_is_unfinished_is_no_version_to_tf_serving(cheap, tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(
        "st_keras.export.saved_model.write_requests",
        lambda folder, requests: seen.extend(os.listdir(tmp_path)),
    )
    export_saved_model(cheap, tmp_path / "1")
    assert len(seen) == 1
    assert not seen[0].isdigit()


def test_errors(models, tmp_path):
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "precious").write_text("mine")
    with pytest.raises(ValueError, match=r"which exists. Required: a path that does not exist yet"):
        export_saved_model(models["predrnn"], tmp_path / "1")
    assert (tmp_path / "1" / "precious").read_text() == "mine"
    with pytest.raises(ValueError, match=r"a Forecaster that is not built.*model.build"):
        export_saved_model(tiny_forecaster(), tmp_path / "2")
    with pytest.raises(
        ValueError, match=r"a PredRNN that is not a Forecaster, Nowcaster or SlowVAE"
    ):
        export_saved_model(tiny_network(), tmp_path / "2")
    with pytest.raises(
        ValueError, match=r"max_horizon=3 with a SlowVAE, which .*Required: max_batch .*Leave max"
    ):
        export_saved_model(models["slowvae"], tmp_path / "2", max_horizon=3)
    for name in ("max_horizon", "max_batch", "max_values"):
        with pytest.raises(ValueError, match=rf"{name}=0\. Required: an int of at least 1"):
            export_saved_model(models["predrnn"], tmp_path / "2", **{name: 0})
    assert not (tmp_path / "2").exists()
