import json

from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from st_keras.export.serving.signature import (
    Signature,
    TensorSpec,
    json_of_protos,
    signatures_of_json,
    takes_missing,
)


def test_of_a_saved_model(tiny_folder):
    content = (tiny_folder / "3" / "saved_model.pb").read_bytes()
    protos = SavedModel.FromString(content).meta_graphs[0].signature_def
    found = signatures_of_json(json.loads(json.dumps(json_of_protos(protos))))
    names = "decode encode forecast init_state rollout serving_default spin step traverse"
    assert list(found) == names.split()
    assert found["forecast"] == found["serving_default"]
    assert found["forecast"].inputs == {
        "context": TensorSpec((None, None, None, None, 1), "float32"),
        "horizon": TensorSpec((), "int32"),
    }
    assert set(found["step"].outputs) == {"prediction", "state_prediction", "state_h1"}
    assert found["decode"].outputs["images"].shape == (None, 4, 6, 1)


def test_json_of_tf_serving_with_its_omissions():
    shape = {"dim": [], "unknown_rank": True}
    definition = {
        "inputs": {"a": {"dtype": "DT_STRING", "tensor_shape": shape}},
        "outputs": {"b": {"dtype": "DT_INT32"}},
    }
    found = signatures_of_json({"f": definition, "__saved_model_init_op": {}})
    assert list(found) == ["f"]
    assert found["f"].inputs == {"a": TensorSpec(None, "other")}
    assert found["f"].outputs == {"b": TensorSpec((), "int32")}


def test_who_takes_missing_values():
    context = Signature({"context": TensorSpec(None, "float32")}, {})
    assert not takes_missing({"forecast": context})
    assert takes_missing({"forecast": context, "exceedance": context})


def test_accepts():
    spec = TensorSpec((None, 4), "float32")
    assert spec.accepts((7, 4)) and spec.accepts((0, 4))
    assert not spec.accepts((7, 5)) and not spec.accepts((4,)) and not spec.accepts((1, 7, 4))
    assert TensorSpec(None, "float32").accepts((1, 2, 3))
