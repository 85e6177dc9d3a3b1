"""The promised Python is one that the dependencies take, and the one that ruff checks for."""

import configparser
import importlib.metadata
import tomllib

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from tests.architecture.sources import REPOSITORY

SETUP = configparser.ConfigParser()
SETUP.read(REPOSITORY / "setup.cfg")
PROMISED = SpecifierSet(SETUP["options"]["python_requires"])
MINORS = [f"3.{minor}" for minor in range(8, 15)]
OLDEST = next(version for version in MINORS if version in PROMISED)


def not_taken(requirements, python_of):
    """`{name: versions}` of Python that we promise and a dependency refuses."""
    missing = {}
    for name in (Requirement(line).name for line in requirements.split("\n") if line.strip()):
        needed = SpecifierSet(python_of(name) or "")
        missing[name] = [v for v in MINORS if v in PROMISED and v not in needed]
    return {name: versions for name, versions in missing.items() if versions}


def test_dependencies_take_the_promised_python():
    requirements = SETUP["options"]["install_requires"]
    assert "keras>=3.15" in requirements.split()
    assert (
        not_taken(requirements, lambda name: importlib.metadata.metadata(name)["Requires-Python"])
        == {}
    )


def test_the_check_finds_what_it_is_for():
    assert not_taken("a>=1\nb", {"a": ">=3.12", "b": None}.get) == {"a": ["3.11"]}


def test_the_promise_is_the_same_everywhere():
    ruff = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["ruff"]
    assert ruff["target-version"] == f"py{OLDEST.replace('.', '')}"
    assert f"Python :: {OLDEST}\n" in SETUP["metadata"]["classifiers"] + "\n"
    assert f"Python {OLDEST} or newer" in (REPOSITORY / "README.md").read_text()
