"""Imports go from higher rows to lower ones; third-party packages stay where they belong."""

import ast

import pytest

from tests.architecture.sources import (
    FILES,
    REPOSITORY,
    imports_in,
    imports_of,
    row_of,
    row_of_module,
    third_party,
)

# Low to high. A row imports from those before it and from itself.
ROWS = [
    (
        "validation",
        "version",
        "choices",
        "lazy_names",
        "registration",
        "text_table",
    ),
    ("entry_points", "files", "settings", "units"),
    ("plain_data",),
    ("private_api",),
    ("ops",),
    ("gradients",),
    ("replicas",),
    ("random",),
    ("distributions",),
    ("cells",),
    ("layers",),
    ("losses",),
    ("metrics",),
    ("plots",),
    ("models",),
    ("datasets",),
    ("baselines",),
    ("training",),
    ("tuning", "export", "integrations"),
    ("cli",),
]
LEVEL = {row: level for level, rows in enumerate(ROWS) for row in rows}
FORBIDDEN = {
    "datasets": {"models", "layers", "training"},
    "training": {"datasets"},
    "losses": {"layers"},
    "metrics": {"models"},
    "integrations": {"training"},
}

# At module level, and only inside functions.
EVERYWHERE = {"keras", "numpy"}
AT_ONCE = {
    "tensorflow": {"datasets", "metrics", "training", "export", "cli"},
    "tabulate": {"text_table"},
    "tqdm": {"metrics"},
    "psutil": {"cli"},
}
LAZY = {
    "tensorflow": {
        "private_api",
        "gradients",
        "replicas",
        "random",
        "distributions",
        "layers",
        "models",
        "tuning",
    },
    "tensorflow_probability": {"distributions"},
    "tensorflow_datasets": {"datasets"},
    "h5py": {"datasets", "models"},
    "xarray": {"datasets"},
    "zarr": {"datasets"},
    "sklearn": {"datasets", "metrics"},
    "scipy": {"cli", "datasets", "metrics", "plots"},
    "matplotlib": {"plots"},
    "PIL": {"plots", "datasets"},
    "torch": {"export", "metrics"},
    "grpc": {"export"},
    "google": {"export"},
    "tensorflow_serving": {"export"},
    "keras_tuner": {"tuning"},
    "safetensors": {"export"},
    "yaml": {"files"},
    "tqdm": {"baselines", "cli", "datasets"},
}


def wrong_rows(row, modules):
    """Our own modules that `row` must not import."""
    wrong = []
    for module in modules:
        if module.split(".")[0] != "st_keras":
            continue
        target = row_of_module(module)
        if target == row:
            continue
        upward = LEVEL[target] >= LEVEL[row]
        if upward or target in FORBIDDEN.get(row, ()):
            wrong.append(module)
    return wrong


def wrong_packages(row, imports):
    """Third-party imports that `row` must not make, or not at module level."""
    wrong = []
    for module, line, inside in imports:
        package = third_party(module)
        if package is None or package in EVERYWHERE:
            continue
        allowed = row in AT_ONCE.get(package, ())
        if not (allowed or (inside and row in LAZY.get(package, ()))):
            wrong.append(f"{module} in line {line}")
    return wrong


def test_imports_go_down():
    # The package itself gathers all rows.
    inside = [file for file in FILES if file.parts[1] != "__init__.py"]
    wrong = {str(f): wrong_rows(row_of(f), [name for name, *_ in imports_of(f)]) for f in inside}
    assert {file: modules for file, modules in wrong.items() if modules} == {}


def test_third_party_packages_stay_in_their_rows():
    wrong = {str(file): wrong_packages(row_of(file), imports_of(file)) for file in FILES}
    assert {file: modules for file, modules in wrong.items() if modules} == {}


def test_imports_are_absolute():
    imports = [(str(file), name) for file in FILES for name, *_ in imports_of(file)]
    assert [pair for pair in imports if pair[1].startswith(".")] == []


def test_sizes_and_names_of_files():
    lengths = {str(file): len((REPOSITORY / file).read_text().splitlines()) for file in FILES}
    assert {file: lines for file, lines in lengths.items() if lines > 400} == {}
    vague = {"utils.py", "common.py", "base.py", "helpers.py", "misc.py"}
    assert [str(file) for file in FILES if file.name in vague] == []


def test_all_rows_are_known():
    assert {row_of(file) for file in FILES} - {"__init__"} <= set(LEVEL)


@pytest.mark.parametrize(
    "row, line, refused",
    [
        ("ops", "from st_keras.cells import RolloutCell", True),
        ("ops", "from st_keras import models", True),
        ("metrics", "from st_keras.plots import lead_time_curves", True),
        ("datasets", "import st_keras.layers", True),
        ("training", "from st_keras.datasets import MovingDigits", True),
        ("cells", "import tensorflow as tf", True),
        ("plots", "import matplotlib", True),
        ("datasets", "import tensorflow_datasets", True),
        ("models", "import tensorflow_probability", True),
        ("models", "def f():\n    import tensorflow_probability", True),
        ("distributions", "def f():\n    import tensorflow_probability", False),
        ("models", "import tensorflow as tf", True),
        ("cli", "from st_keras.datasets import MovingDigits", False),
        ("cells", "from st_keras.ops import split_gates", False),
        ("cells", "from st_keras.models.predrnn.gates import FusedGates", False),
        ("cells", "from st_keras.models.predrnn.predrnn import PredRNN", True),
        ("plain_data", "from st_keras.models.predrnn.gates import FusedGates", True),
        ("plots", "def f():\n    import matplotlib", False),
        ("training", "import tensorflow as tf", False),
        ("integrations", "from st_keras.datasets.archives.rain_rate import as_rain_rate", False),
        ("integrations", "from st_keras.training import Forecaster", True),
        ("models", "from st_keras.integrations import pysteps", True),
        ("integrations", "import xarray", True),
    ],
)
def test_the_checks_find_what_they_are_for(row, line, refused):
    imports = imports_in(ast.parse(line))
    wrong = wrong_rows(row, [module for module, *_ in imports]) + wrong_packages(row, imports)
    assert bool(wrong) == refused
