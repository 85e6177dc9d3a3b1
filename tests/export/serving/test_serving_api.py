import sys

import pytest

from st_keras.export.serving.serving_api import require_serving_api


def test_the_packages():
    pytest.importorskip("tensorflow_serving", reason="needs the extra [serving]")
    api = require_serving_api("here")
    assert api.grpc is sys.modules["grpc"]
    assert api.PredictRequest().model_spec.name == ""


@pytest.mark.parametrize("absent", ["grpc", "tensorflow_serving.apis.predict_pb2"])
def test_without_them(absent, monkeypatch):
    monkeypatch.setitem(sys.modules, absent, None)
    message = (
        r"here: received an installation without .* \(.*Required: the package .*, or REST .*Inst"
        r"all it with: pip install 'st_keras\[serving\]'"
    )
    with pytest.raises(ValueError, match=message):
        require_serving_api("here")
