"""Requests for TF Serving to warm up with: read back and answered."""

import sys

import numpy as np
import pytest
import tensorflow as tf

from st_keras.export import export_saved_model
from st_keras.export.serving.serving_api import WARM_UP_FILE, require_serving_api
from st_keras.export.signatures.warmup import check_example
from tests.export.signatures.tiny_models import frames_and_actions, tiny_model
from tests.tiny import ScalarNetwork, random_frames, tiny_forecaster, tiny_network

pytest.importorskip(
    "tensorflow_serving", reason="needs the optional package tensorflow-serving-api"
)
FRAMES, ACTIONS = frames_and_actions(2, 3, 2)
FORECASTER = ("serving_default", "forecast", "init_state", "step", "rollout")
# What the examples of `exports` are: signatures, and the sequences or images in each.
CASES = {
    "actions": (FORECASTER, 2),
    "bfloat16": (FORECASTER, 1),
    "slowvae": (("serving_default", "encode", "decode", "traverse"), 1),
}


def read_requests(folder):
    """All requests in a version's folder."""
    log = require_serving_api("test").PredictionLog
    records = tf.data.TFRecordDataset(str(folder / WARM_UP_FILE)).as_numpy_iterator()
    return [log.FromString(each).predict_log.request for each in records]


@pytest.mark.parametrize("name", CASES)
def test_every_signature_answers_its_request(name, exports):
    signatures, batch = CASES[name]
    folder = exports(name)[1] / "1"
    served = tf.saved_model.load(str(folder)).signatures
    requests = read_requests(folder)
    assert tuple(each.model_spec.signature_name for each in requests) == signatures
    assert set(signatures) == set(served)
    answers = {}
    for request in requests:
        assert request.model_spec.name == name
        inputs = {key: tf.constant(tf.make_ndarray(t)) for key, t in request.inputs.items()}
        function = served[request.model_spec.signature_name]
        specs = function.structured_input_signature[1]
        assert {k: v.dtype for k, v in inputs.items()} == {k: v.dtype for k, v in specs.items()}
        answers[request.model_spec.signature_name] = {"asked": inputs, **function(**inputs)}
    for answer in answers.values():
        rows = [v for k, v in answer.items() if k != "asked"]
        assert {len(v) for v in rows} == {batch}
        assert all(np.isfinite(v).all() for v in rows)
    if name != "slowvae":  # the states of a real stream
        asked = answers["rollout"]["asked"]
        for key, state in answers["step"].items():
            if key.startswith("state_"):
                np.testing.assert_allclose(asked[key], state, atol=1e-6)
        assert np.abs(asked["state_h1"]).max() > 0
        assert int(asked["horizon"]) == 2
    else:
        assert np.abs(answers["decode"]["asked"]["codes"]).max() > 0


def test_without_an_example_there_are_none(bounded):
    assert not (bounded / "1" / "assets.extra").exists()


@pytest.mark.parametrize(
    "name, warmup, message",
    [
        ("predrnn", True, r"warmup=True with a model built for frames of \(H, W, C\) = \(None, "),
        ("predrnn", {"context": FRAMES}, r"warmup as a dict of \['context'\]. Required: one array"),
        ("predrnn", FRAMES[:, :, :7], r"H=7 with patch_size=2"),
        ("predrnn", FRAMES * np.nan, r"576 NaN or infinite values"),
        ("actions", FRAMES, r"warmup of ndarray for the network ActionConditionedPredRNN"),
        ("actions", {"context": FRAMES}, r"warmup of \['context'\]"),
        ("actions", {"context": FRAMES, "actions": ACTIONS[:, :3]}, r"actions of shape \(2, 3, 2"),
        ("slowvae", random_frames(2, 16, 16, 1), r"images of shape \(2, 16, 16, 1\)"),
        ("slowvae", random_frames(16, 32, 1), r"warmup of shape \(16, 32, 1\), rank 3"),
        ("slowvae", random_frames(0, 16, 32, 1), r"warmup of shape \(0, 16, 32, 1\). Required: at"),
        ("slowvae", {"images": 1}, r"warmup as a dict of \['images'\]"),
    ],
)
def test_examples_that_do_not_fit(name, warmup, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        export_saved_model(tiny_model(name), tmp_path / "base" / "1", warmup=warmup)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name, warmup, bounds, said",
    [
        (
            "predrnn",
            FRAMES,
            {"max_batch": 1},
            r"forecast: received a batch size of 2\. Required: a",
        ),
        (
            "bfloat16",
            True,
            {"max_values": 4 * 4096},
            r"counts as 20480 values\. Required: at most 1",
        ),
        ("predrnn", FRAMES[:1, :, :4, :4], {"max_values": 12}, r"counts as \d+ values"),
        (
            "slowvae",
            True,
            {"max_values": 2 * 16 * 32},
            r"traverse: received a request that counts as 1536",
        ),
        ("slowvae", random_frames(3, 16, 32, 1), {"max_batch": 2}, r"a batch size of 3"),
    ],
)
def test_examples_beyond_the_bounds(name, warmup, bounds, said, tmp_path):
    message = (
        rf"export_saved_model: received warmup that the model would refuse \(.*{said}.*\. Required:"
        r" an example within max_batch and max_values\. Pass fewer or smaller frames, or larger bo"
    )
    with pytest.raises(ValueError, match=message):
        export_saved_model(tiny_model(name), tmp_path / "base" / "1", warmup=warmup, **bounds)
    assert list(tmp_path.iterdir()) == []


def test_requests_keep_the_bounds(tmp_path):
    bounds = {"max_horizon": 1, "max_batch": 2, "max_values": 4 * 4096}
    model = tiny_forecaster(tiny_network(filters=(4,)))
    model.build((None, None, 4, 8, 1))
    example = random_frames(2, 3, 4, 8, 1)
    folder = export_saved_model(model, tmp_path / "1", warmup=example, **bounds)
    served = tf.saved_model.load(str(folder)).signatures
    for request in read_requests(folder):
        inputs = {key: tf.constant(tf.make_ndarray(t)) for key, t in request.inputs.items()}
        answer = served[request.model_spec.signature_name](**inputs)
        assert "forecast" not in answer or answer["forecast"].shape[1] == 1
    assert len(read_requests(folder)) == 5


def test_a_network_whose_states_nobody_knows(tmp_path):
    model = tiny_forecaster(ScalarNetwork())
    model.build((None, None, 4, 6, 1))
    folder = export_saved_model(model, tmp_path / "1", warmup=True)
    asked = [request.model_spec.signature_name for request in read_requests(folder)]
    assert asked == ["serving_default", "forecast"]


def test_examples_become_float32():
    example = check_example("test", tiny_model("predrnn"), np.full((1, 2, 8, 12, 1), 7))
    assert example["context"].dtype == "float32"
    images = check_example("test", tiny_model("slowvae"), np.full((1, 16, 32, 1), 255, "uint8"))
    assert images["images"].max() == 1.0


def test_without_the_package(monkeypatch, tmp_path):
    for module in [name for name in sys.modules if name.startswith("tensorflow_serving")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "tensorflow_serving", None)
    message = (
        r"without tensorflow-serving-api .*or warmup=None\. .*pip install 'st_keras\[serving\]'"
    )
    with pytest.raises(ValueError, match=f"export_saved_model: received .*{message}"):
        export_saved_model(tiny_model("slowvae"), tmp_path / "1", warmup=True)
    assert list(tmp_path.iterdir()) == []
