"""The package's source files, parsed."""

import ast
import pathlib
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = REPOSITORY / "st_keras"
FILES = sorted(path.relative_to(REPOSITORY) for path in PACKAGE.rglob("*.py"))


def row_of(file):
    """Row of a file: its folder below the package, or its own name: "cells", "validation"."""
    return pathlib.Path(file.parts[1]).stem


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
