"""Private parts of Keras and TensorFlow are named in `st_keras/private_api.py` alone."""

import ast

import pytest

from tests.architecture.sources import FILES, REPOSITORY, imports_in

ALLOWED = "st_keras/private_api.py"
MODULES = ("keras.src", "tensorflow.python")
# Of packages that are no part of this list: of Python's own, of keras-tuner and pysteps.
OTHERS = {
    "_asdict": "of a named tuple, as documented",
    "_exit": "os: ends a process at once, as documented",
    "_actions": "argparse",
    "_SubParsersAction": "argparse",
    "_nowcast_methods": "pysteps, whose plugins are importers and postprocessing alone",
    "_is_worker": "keras-tuner",
    "_get_oracle_fname": "keras-tuner",
    "_get_trial_dir": "keras-tuner",
    "_input_dataset": "tf.data, in a benchmark that times the stages of a pipeline",
}
PLACES = [*FILES, *sorted(p.relative_to(REPOSITORY) for p in REPOSITORY.glob("benchmarks/*.py"))]
TREES = {str(file): ast.parse((REPOSITORY / file).read_text()) for file in PLACES}


def is_private(name):
    dunder = name.startswith("__") and name.endswith("__") and name != "__internal__"
    return name.startswith("_") and not dunder


def defined_in(tree):
    """Names that a file gives to something."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def named_in(tree):
    """Private names that a file reads, defines as methods, or spells in a call of `getattr`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "").endswith("attr"):
            yield from (a.value for a in node.args if isinstance(getattr(a, "value", None), str))


OURS = {name for file, tree in TREES.items() if file != ALLOWED for name in defined_in(tree)}


def foreign(tree, ours):
    """Private names and modules of others in a parsed file."""
    names = {name for name in named_in(tree) if is_private(name) and name not in ours}
    modules = {module for module, *_ in imports_in(tree) if module.startswith(MODULES)}
    return (names - OTHERS.keys()) | modules


@pytest.mark.parametrize("file", [file for file in TREES if file != ALLOWED])
def test_names_no_private_part(file):
    assert foreign(TREES[file], OURS) == set()
    # Nor does it override what `private_api` overrides.
    assert "_maybe_symbolic_build" not in OURS


@pytest.mark.parametrize(
    "line",
    [
        "import keras.src.backend",
        "from tensorflow.python.eager import context",
        "model._symbolic_build()",
        "getattr(layer, '_layers')",
        "tf.__internal__.record_gradient()",
    ],
)
def test_the_check_finds_what_it_is_for(line):
    assert foreign(ast.parse(line), {"_own"})
    assert not foreign(ast.parse("self._own(self.__class__)"), {"_own"})


def test_the_list_is_used():
    """What nobody asks for any more goes."""
    functions = [node.name for node in TREES[ALLOWED].body if hasattr(node, "name")]
    assert len(functions) >= 5
    text = "".join((REPOSITORY / file).read_text() for file in TREES if file != ALLOWED)
    assert [name for name in functions if name not in text] == []
