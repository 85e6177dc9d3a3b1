"""`import st_keras` beside Keras loads only what it needs."""

import json

from tests.fresh_process import run_python

IMPORT = """
import json, sys
import keras, tensorflow
before = set(sys.modules)
import st_keras
print(json.dumps(sorted(set(sys.modules) - before)))
"""
NOT_NEEDED = {
    "sklearn",
    "matplotlib",
    "scipy",
    "tensorflow_probability",
    "PIL",
    "tensorflow_datasets",
    "keras_tuner",
    "grpc",
}


def test_import_is_lean():
    added = json.loads(run_python(IMPORT).splitlines()[-1])
    assert "st_keras.models.slowvae.slowvae" in added
    assert {module.split(".")[0] for module in added} & NOT_NEEDED == set()
