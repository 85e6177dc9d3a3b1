"""Radar archives in `../shared/data` beside the repository, which a test skips without."""

import pathlib

import pytest

FOLDER = pathlib.Path(__file__).resolve().parents[3].parent / "shared" / "data"


def shared_data(name):
    """The path of a file there; the test is skipped where it is not."""
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"needs {name} in ../shared/data beside the repository")
    return path
