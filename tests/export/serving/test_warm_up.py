import numpy as np
import pytest
import tensorflow as tf

from st_keras.export.serving import warm_up as module
from st_keras.export.serving.call_error import CallError
from st_keras.export.serving.serving_api import require_serving_api
from st_keras.export.serving.warm_up import warm_up

pytest.importorskip("tensorflow_serving", reason="needs the extra [serving]")


class Model:
    """Notes what it is asked; refuses a negative horizon."""

    def __init__(self):
        self.asked = []

    def predict(self, name, inputs):
        if inputs["horizon"] < 0:
            raise CallError("INVALID_ARGUMENT", "a horizon below 1")
        self.asked.append((name, {key: array.shape for key, array in inputs.items()}))


def write(folder, *horizons):
    path = folder / module.FILE
    path.parent.mkdir()
    log = require_serving_api("tests").PredictionLog
    with tf.io.TFRecordWriter(str(path)) as writer:
        for horizon in horizons:
            record = log()
            request = record.predict_log.request
            request.model_spec.signature_name = "forecast"
            request.inputs["context"].CopyFrom(tf.make_tensor_proto(np.zeros((1, 2), "float32")))
            request.inputs["horizon"].CopyFrom(tf.make_tensor_proto(np.int32(horizon)))
            writer.write(record.SerializeToString())
    return path


def test_all_requests_in_their_order(tmp_path):
    model = Model()
    assert warm_up(model, tmp_path) == 0
    write(tmp_path, 1, 2)
    assert warm_up(model, tmp_path) == 2
    assert model.asked == [("forecast", {"context": (1, 2), "horizon": ()})] * 2


def test_a_request_that_the_model_refuses(tmp_path):
    write(tmp_path, 1, -1)
    message = r"warm-up request 2 of .*\(INVALID_ARGUMENT: a horizon below 1\)\. Required: requests"
    with pytest.raises(ValueError, match=message):
        warm_up(Model(), tmp_path)


def test_a_damaged_file(tmp_path):
    path = write(tmp_path, 1)
    content = path.read_bytes()
    for damaged in (content[:-5], content[:20] + b"\xff" * 5 + content[25:], b"text" * 9):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=r"warm-up request 1 of .*remove the file"):
            warm_up(Model(), tmp_path)
    with tf.io.TFRecordWriter(str(path)) as writer:
        writer.write(b"\xff\xff no message")
    with pytest.raises(ValueError, match=r"warm-up request 1 of"):
        warm_up(Model(), tmp_path)
