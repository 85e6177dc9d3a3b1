"""Keras knows our classes wherever both are imported, in whatever order."""

import re

import pytest

from tests.architecture.sources import PACKAGE
from tests.fresh_process import run_python

IMPORT = """
import importlib, json, sys
before = set(sys.modules)
import st_keras
heavy = {"keras", "tensorflow", "scipy", "matplotlib", "PIL"}
assert not heavy & (set(sys.modules) - before), "the package alone is light"
importlib.import_module(sys.argv[1])
import keras
print(" ".join(keras.saving.get_custom_objects()))
"""
DECORATED = re.compile(r'register_keras_serializable\(package="st_keras"\)\n\w+ (\w+)')
SOURCES = "".join(path.read_text() for path in PACKAGE.rglob("*.py"))
EVERYTHING = {f"st_keras>{name}" for name in DECORATED.findall(SOURCES)}


def test_all_that_are_decorated_were_found():
    assert len(EVERYTHING) == SOURCES.count("register_keras_serializable(") > 20


@pytest.mark.long
@pytest.mark.parametrize(
    "first",
    [
        "keras",
        "st_keras.cells",
        "st_keras.cli.train_command",
        "st_keras.datasets.pairs.grid_stack",
        "st_keras.distributions",
        "st_keras.export.saved_model",
        "st_keras.gradients.remat_call",
        "st_keras.layers",
        "st_keras.metrics.video",
        "st_keras.models",
        "st_keras.ops",
        "st_keras.plots",
        "st_keras.random.batches_seen",
        "st_keras.replicas.moments",
        "st_keras.training.recipes",
        "st_keras.tuning.slowvae_hyper_model",
        "tensorflow",
    ],
)
def test_all_classes_are_registered(first):
    names = run_python(IMPORT, first).split()
    assert {name for name in names if name.startswith("st_keras>")} == EVERYTHING


FAIL_FIRST = """
import importlib.util, sys
import st_keras
assert importlib.util.find_spec("keras").name == "keras"  # found, and not imported
assert importlib.util.find_spec("st_keras.models").loader.get_source("st_keras.models")


class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name == "keras.src":
            raise ImportError("not now")


refuse = Refuse()
sys.meta_path.insert(0, refuse)
try:
    import keras
except ImportError as reason:
    assert "not now" in str(reason)
sys.meta_path.remove(refuse)
import st_keras.models  # in the middle of which Keras is imported
import keras
print(" ".join(keras.saving.get_custom_objects()))
"""


def test_looking_for_keras_or_failing_to_import_it_does_not_use_the_registration_up():
    names = run_python(FAIL_FIRST).split()
    assert {name for name in names if name.startswith("st_keras>")} == EVERYTHING
