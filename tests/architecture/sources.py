"""The package's source files, parsed."""

import ast
import pathlib
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = REPOSITORY / "st_keras"
FILES = sorted(path.relative_to(REPOSITORY) for path in PACKAGE.rglob("*.py"))


# Of the folder of a family: what its cells are made of, and what is plain data.
PARTS_OF_CELLS = {"gates.py", "slot_binding.py", "slot_fusion.py", "step_batch_norm.py"}
FAMILIES = {"family.py", "family_settings.py", "search_ranges.py"}
PLAIN_DATA = {"presets.py", "action_conditioned_presets.py"}


def row_of(file):
    """Row of a file: its folder below the package, or its own name: "cells", "validation".

    In the folder of a family (`models/predrnn`) files are of several rows.
    """
    if file.parts[1] == "models" and file.name in FAMILIES:
        return "plain_data"
    if file.parts[1] == "models" and len(file.parts) == 4:
        if file.name.endswith("_cell.py") or file.name in PARTS_OF_CELLS:
            return "cells"
        if file.name in PLAIN_DATA:
            return "plain_data"
    return pathlib.Path(file.parts[1]).stem


def row_of_module(module):
    """Row of one of our modules, or of the module that a name is in."""
    parts = module.split(".")
    while len(parts) > 2:
        file = pathlib.Path(*parts).with_suffix(".py")
        if (REPOSITORY / file).is_file():
            return row_of(file)
        parts.pop()
    return parts[1]


def imports_of(file):
    """`[(module, line, whether inside a function)]` of a source file."""
    return imports_in(ast.parse((REPOSITORY / file).read_text()))


def imports_in(tree):
    """The same of a parsed module; `from a import b` counts as `a.b`, since b may be a module."""
    inner = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, (ast.FunctionDef, ast.Lambda))
        for node in ast.walk(function)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            names = [f"{module}.{alias.name}" for alias in node.names]
        else:
            continue
        found += [(name, node.lineno, id(node) in inner) for name in names]
    return found


def third_party(module):
    """Name of the distribution behind an import, or None for our own and Python's modules."""
    top = module.split(".")[0]
    return None if top == "st_keras" or top in sys.stdlib_module_names else top
