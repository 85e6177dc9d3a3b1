"""`import st_keras` costs little on top of Keras, and loads only what it needs."""

import json

from tests.fresh_process import run_python

IMPORT = """
import json, sys, time
import keras, tensorflow
before = set(sys.modules)
start = time.process_time()
import st_keras
seconds = time.process_time() - start
print(json.dumps({"seconds": seconds, "added": sorted(set(sys.modules) - before)}))
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


def test_import_is_quick_and_lean():
    run = json.loads(run_python(IMPORT).splitlines()[-1])
    added = {module.split(".")[0] for module in run["added"]}
    assert added & NOT_NEEDED == set()
    if run["seconds"] >= 0.5:  # the machine may have been busy
        run = json.loads(run_python(IMPORT).splitlines()[-1])
    print(f"import st_keras: {run['seconds']:.2f} s after keras")
    assert run["seconds"] < 0.5
